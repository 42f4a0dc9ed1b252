import { useQueryClient } from "@tanstack/react-query";
import {
  commands,
  type ConnectorId,
  type DryRun,
  type IdentityLine,
  type Problem,
  type RunId,
  type RunProgress,
  type RunTool,
  type ToolRun,
} from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { newChannel } from "@/host/channel";
import { clientState, stateKey, useClientState } from "@/host/clientState";

export type Progress = { progress: number | null; total: number | null; message: string | null };

/** The outcome of the last run or dry run. */
export type Outcome =
  | { kind: "idle" }
  | {
      kind: "running";
      run: RunId | null;
      identity: IdentityLine | null;
      since: number;
      progress: Progress | null;
      cancelling: boolean;
    }
  | { kind: "finished"; run: ToolRun }
  | { kind: "dry"; dryRun: DryRun }
  /** The run did not start. */
  | { kind: "refused"; problem: Problem };

const idle: Outcome = { kind: "idle" };

/** Runs a tool. Its outcome outlives the view; it is that of the last attempt, whichever ends first. */
export function useOutcome(connector: ConnectorId, tool: string) {
  const state = clientState(useQueryClient());
  const [outcome, set] = useClientState(stateKey(idle, "outcome", connector, tool));
  // The run may have ended meanwhile; its own response says how.
  const stop = (id: RunId) => call(commands.cancelRun(id)).catch(() => undefined);
  const attempts = stateKey(0, "attempts", connector, tool);
  /** Begins an attempt; returns whether it is still the last one. */
  const begin = (): (() => boolean) => {
    const attempt = state.get(attempts) + 1;
    state.set(attempts, attempt);
    return () => state.get(attempts) === attempt;
  };
  const step = (event: RunProgress) =>
    set((before) => {
      if (before.kind !== "running") return before;
      if (event.kind === "started") {
        // It was cancelled before its id was known.
        if (before.cancelling) void stop(event.run);
        return { ...before, run: event.run, identity: event.identity };
      }
      const { progress, total, message } = event;
      return { ...before, progress: { progress, total, message } };
    });

  const follow = async (next: Promise<Outcome>, isLast: () => boolean): Promise<Problem | null> => {
    try {
      const ended = await next;
      if (isLast()) set(ended);
      return null;
    } catch (thrown) {
      if (!isLast()) return null;
      const problem = asProblem(thrown);
      set({ kind: "refused", problem });
      return problem;
    }
  };

  const run = async (request: RunTool) => {
    const before = outcome;
    const isLast = begin();
    set({ kind: "running", run: null, identity: null, since: Date.now(), progress: null, cancelling: false });
    const done = call(commands.runTool(request, newChannel(step)));
    const problem = await follow(
      done.then((run) => ({ kind: "finished", run })),
      isLast,
    );
    // Nothing was rejected: the confirmation replaces the Run button.
    if (problem?.code === "confirmation_needed") set(before);
    return problem;
  };
  const dryRun = (request: RunTool) => {
    const isLast = begin();
    return follow(
      call(commands.dryRun(request)).then((plan) => ({ kind: "dry", dryRun: plan })),
      isLast,
    );
  };

  const cancel = async (): Promise<void> => {
    if (outcome.kind !== "running" || outcome.cancelling) return;
    set({ ...outcome, cancelling: true });
    if (outcome.run !== null) await stop(outcome.run);
  };

  return { outcome, run, dryRun, cancel, clear: () => set(idle) };
}
