import { type Problem, type RotationTarget } from "@/host/bindings";

/** The result of checking a user of a secret; `problem` says why it failed. */
export type UserCheck = { state: "checking" } | { state: "works" } | { state: "failed"; problem: Problem };

/** Identifies the connector or account of a target. */
export function userKey({ connector, accountId }: RotationTarget): string {
  return connector ?? accountId ?? "";
}

/** Whether a new sign-in is needed, as after a change of the OAuth app. */
export function needsSignIn(check: UserCheck): boolean {
  return check.state === "failed" && check.problem.code === "auth.needed";
}

/** Whether the other side rejected the secret. */
export function isRejection(check: UserCheck): boolean {
  return check.state === "failed" && !needsSignIn(check) && /^auth\.|^platform\.signed_out$/.test(check.problem.code);
}
