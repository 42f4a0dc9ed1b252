import { type Problem } from "./bindings";

/** The result of a command. */
export type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: Problem };

/** An error with a {@link Problem} of the host, as opposed to a bug in the window. */
class HostProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
    this.name = "HostProblem";
  }
}

/** Returns the data of a command, or throws a {@link HostProblem}. */
export async function call<T>(answer: Promise<Answer<T>>): Promise<T> {
  const settled = await answer;
  if (settled.status === "error") throw new HostProblem(settled.error);
  return settled.data;
}

/** The problem of anything thrown; a bug in the window becomes `internal`. */
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
