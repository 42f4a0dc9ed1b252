import { type Problem } from "./bindings";

/** What every command of the bindings answers. */
export type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: Problem };

/** A {@link Problem} that can be thrown; `instanceof` tells it from a fault of our own. */
class HostProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
    this.name = "HostProblem";
  }
}

/** Turns a command's ok-or-error answer into its data or a thrown {@link HostProblem}. */
export async function call<T>(answer: Promise<Answer<T>>): Promise<T> {
  const settled = await answer;
  if (settled.status === "error") throw new HostProblem(settled.error);
  return settled.data;
}

/** The problem behind the error of a query or a command, if it has one. */
export function problemOf(error: Error | null): Problem | null {
  return error && asProblem(error);
}

/** The problem behind anything that was thrown; a fault of our own becomes `internal`. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof HostProblem) return thrown.problem;
  return {
    code: "internal",
    message: thrown instanceof Error ? thrown.message : String(thrown),
    hint: "Try again. If it keeps happening, restart Patchbay.",
    detail: null,
    status: null,
    requestId: null,
    fields: [],
    retryable: true,
  };
}
