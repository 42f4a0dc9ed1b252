import { commands, type Problem, type RunsFile } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { useCommand } from "@/host/useCommand";

/** Reading an exported file that the user chooses; what was read goes with `close`. */
export function useOpenRunsFile(): {
  file: RunsFile | null;
  open: () => void;
  close: () => void;
  problem: Problem | null;
} {
  const opening = useCommand({ mutationFn: () => call(commands.openRunsFile()) });
  return {
    file: opening.data ?? null,
    open: () => opening.mutate(),
    close: opening.reset,
    problem: opening.error ? asProblem(opening.error) : null,
  };
}
