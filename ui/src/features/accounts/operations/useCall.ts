import { useQueryClient } from "@tanstack/react-query";
import { useToasts } from "@/host/toasts";
import { type AccountId, type CallOperation, commands, type OperationResponse, type Problem } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { clientState, stateKey, useClientState } from "@/host/clientState";

/** The outcome of the last call; times in milliseconds. */
export type Outcome =
  | { kind: "idle" }
  | { kind: "running"; since: number }
  /** The user stopped waiting. */
  | { kind: "left" }
  | { kind: "answered"; response: OperationResponse; took: number }
  | { kind: "failed"; problem: Problem; took: number };

const idle: Outcome = { kind: "idle" };

/** Calls an operation. Its outcome outlives the view. */
export function useCall(account: AccountId, operation: string) {
  const { announce } = useToasts();
  const state = clientState(useQueryClient());
  const key = stateKey<Outcome>(idle, "call", account, operation);
  const [outcome, set] = useClientState(key);

  const run = async (request: CallOperation): Promise<Problem | null> => {
    const since = Date.now();
    const before = outcome;
    // The response of an earlier or abandoned call is ignored.
    const isLast = () => {
      const current = state.get(key);
      return current.kind === "running" && current.since === since;
    };
    const finish = (next: Outcome, words: string) => {
      set(next);
      announce(words);
    };
    set({ kind: "running", since });
    try {
      const response = await call(commands.callOperation(request));
      if (isLast()) finish({ kind: "answered", response, took: Date.now() - since }, `${operation} finished`);
      return null;
    } catch (thrown) {
      if (!isLast()) return null;
      const problem = asProblem(thrown);
      // Nothing was rejected: the confirmation replaces the Call button.
      if (problem.code === "confirmation_needed") set(before);
      else finish({ kind: "failed", problem, took: Date.now() - since }, `${operation} failed. ${problem.message}`);
      return problem;
    }
  };

  return { outcome, run, stopWaiting: () => set({ kind: "left" }) };
}
