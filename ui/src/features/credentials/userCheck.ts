import { type Problem, type RotationTarget } from "@/host/bindings";

/** What was seen of a user of a secret that has just changed; `problem` is why it does not work. */
export type UserCheck = { state: "checking" } | { state: "works" } | { state: "failed"; problem: Problem };

/** What tells who uses the secret from others: one connector may keep it in several places. */
export function userKey({ connector, accountId }: RotationTarget): string {
  return connector ?? accountId ?? "";
}

/** Whether nobody is signed in there: another OAuth app counts for nothing that was allowed before. */
export function needsSignIn(check: UserCheck): boolean {
  return check.state === "failed" && check.problem.code === "auth.needed";
}

/** Whether the other side was asked and does not accept the secret. */
export function isRejection(check: UserCheck): boolean {
  return check.state === "failed" && !needsSignIn(check) && /^auth\.|^platform\.signed_out$/.test(check.problem.code);
}
