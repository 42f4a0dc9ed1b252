import { commands } from "./bindings";
import { call } from "./call";
import { keys } from "./queries";
import { useCommand } from "./useCommand";

/** Asks the user, in a system dialog, whether the program of a secret reference may run. Fails if the user declines. */
export function useAllowProgram() {
  return useCommand({
    mutationFn: (reference: string) => call(commands.allowProgram(reference)),
    toast: ({ program }) => `${program.name} allowed`,
    invalidates: [keys.allowedPrograms],
  });
}
