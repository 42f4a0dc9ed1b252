import { queryOptions, skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useToasts } from "@/components/Toast";
import { type AccountId, type CallOperation, commands, type Json, type Problem } from "@/host/bindings";
import { asProblem, call } from "@/host/call";

/** What the last call of an operation led to; times in milliseconds. */
export type Outcome =
  | { kind: "idle" }
  | { kind: "running"; since: number }
  /** The user does not wait for the answer any more. */
  | { kind: "left" }
  | { kind: "answered"; answer: Json; took: number }
  | { kind: "failed"; problem: Problem; took: number };

/** Kept in the cache under the operation, so that an answer is still there when one comes back to it. */
const outcomeOf = (account: AccountId, operation: string) =>
  queryOptions<Outcome>({ queryKey: ["called", account, operation], queryFn: skipToken, initialData: { kind: "idle" }, gcTime: Infinity });

/** The outcome of one operation, and what calls it. */
export function useCall(account: AccountId, operation: string) {
  const client = useQueryClient();
  const { announce } = useToasts();
  const options = outcomeOf(account, operation);
  const outcome: Outcome = useQuery(options).data ?? { kind: "idle" };
  const set = (next: Outcome) => client.setQueryData(options.queryKey, next);

  const run = async (request: CallOperation): Promise<Problem | null> => {
    const since = Date.now();
    const end = (next: Outcome, words: string) => {
      const now = client.getQueryData(options.queryKey);
      // A later call, or one that is not waited for any more, keeps the place.
      if (now?.kind !== "running" || now.since !== since) return;
      set(next);
      announce(words);
    };
    set({ kind: "running", since });
    try {
      const answer = await call(commands.callOperation(request));
      end({ kind: "answered", answer, took: Date.now() - since }, `${operation} answered`);
      return null;
    } catch (thrown) {
      const problem = asProblem(thrown);
      end({ kind: "failed", problem, took: Date.now() - since }, `${operation} failed. ${problem.message}`);
      return problem;
    }
  };

  return { outcome, run, leave: () => set({ kind: "left" }) };
}
