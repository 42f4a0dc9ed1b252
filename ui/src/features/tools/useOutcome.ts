import { queryOptions, skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { commands, type ConnectorId, type DryRun, type IdentityLine, type Problem, type RunId, type RunProgress, type RunTool, type ToolRun } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { runProgress } from "@/host/runProgress";

export type Progress = { progress: number | null; total: number | null; message: string | null };

/** What the last press of Run or Dry run led to. */
export type Outcome =
  | { kind: "idle" }
  | { kind: "running"; run: RunId | null; identity: IdentityLine | null; since: number; progress: Progress | null; cancelling: boolean }
  | { kind: "finished"; run: ToolRun }
  | { kind: "dry"; dryRun: DryRun }
  /** It never began. */
  | { kind: "refused"; problem: Problem };

/** Kept in the cache under the tool, so that a run goes on being shown when one comes back to it. */
const outcomeOf = (connector: ConnectorId, tool: string) =>
  queryOptions<Outcome>({ queryKey: ["outcome", connector, tool], queryFn: skipToken, initialData: { kind: "idle" }, gcTime: Infinity });

/** The outcome of one tool, and what makes it. */
export function useOutcome(connector: ConnectorId, tool: string) {
  const client = useQueryClient();
  const options = outcomeOf(connector, tool);
  const outcome: Outcome = useQuery(options).data ?? { kind: "idle" };
  const key = options.queryKey;

  const set = (next: Outcome) => client.setQueryData(key, next);
  // It may have ended meanwhile; the answer of the run itself tells how.
  const stop = (id: RunId) => call(commands.cancelRun(id)).catch(() => undefined);
  const step = (told: RunProgress) => {
    const before = client.getQueryData(key);
    if (before?.kind !== "running") return;
    if (told.kind === "started") {
      set({ ...before, run: told.run, identity: told.identity });
      // Cancelled before it had a name to be cancelled by.
      if (before.cancelling) void stop(told.run);
    } else {
      const { progress, total, message } = told;
      set({ ...before, progress: { progress, total, message } });
    }
  };

  const run = async (request: RunTool): Promise<Problem | null> => {
    set({ kind: "running", run: null, identity: null, since: Date.now(), progress: null, cancelling: false });
    try {
      set({ kind: "finished", run: await call(commands.runTool(request, runProgress(step))) });
      return null;
    } catch (thrown) {
      const problem = asProblem(thrown);
      set({ kind: "refused", problem });
      return problem;
    }
  };

  const dryRun = async (request: RunTool): Promise<Problem | null> => {
    try {
      set({ kind: "dry", dryRun: await call(commands.dryRun(request)) });
      return null;
    } catch (thrown) {
      const problem = asProblem(thrown);
      set({ kind: "refused", problem });
      return problem;
    }
  };

  const cancel = async (): Promise<void> => {
    if (outcome.kind !== "running" || outcome.cancelling) return;
    set({ ...outcome, cancelling: true });
    if (outcome.run !== null) await stop(outcome.run);
  };

  const clear = useCallback(() => client.setQueryData<Outcome>(["outcome", connector, tool], { kind: "idle" }), [client, connector, tool]);

  return { outcome, run, dryRun, cancel, clear };
}
