import { commands } from "./bindings";
import { sentence } from "@/lib/words";
import { asProblem, call } from "./call";
import { keys } from "./queries";
import { showToast } from "./toasts";
import { useCommand } from "./useCommand";

/** Asks the user, in a system dialog, whether the program of a secret reference may run. Fails if the user declines. */
export function useAllowProgram() {
  return useCommand({
    mutationFn: (reference: string) => call(commands.allowProgram(reference)),
    toast: ({ program }) => `${program.name} allowed`,
    onProblem: (client, thrown) => {
      const { code, message } = asProblem(thrown);
      // Declining needs no message.
      if (code !== "reference.not_allowed") showToast(client, `Not allowed. ${sentence(message)}`);
    },
    invalidates: [keys.allowedPrograms],
  });
}
