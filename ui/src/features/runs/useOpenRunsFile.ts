import { commands } from "@/host/bindings";
import { call, problemOf } from "@/host/call";
import { useCommand } from "@/host/useCommand";

/** Opens an exported file that the user chooses; `close` drops its contents. */
export function useOpenRunsFile() {
  const opening = useCommand({ mutationFn: () => call(commands.openRunsFile()) });
  return {
    file: opening.data ?? null,
    open: () => opening.mutate(),
    close: opening.reset,
    problem: problemOf(opening.error),
  };
}
