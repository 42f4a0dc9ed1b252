import { type Level, type RotationTarget } from "@/host/bindings";
import { type UserCheck } from "./useUserChecks";

const levelWords: Record<Level, string> = { user: "Personal", workspace: "Workspace", organization: "Organization" };

/** What tells a target from others. */
export function targetKey(target: RotationTarget): string {
  return [target.connector, target.accountId, JSON.stringify(target.holder)].join("|");
}

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

/** What of a connector or an account holds the secret. */
export function targetWords({ holder, accountId }: RotationTarget): string {
  switch (holder?.kind) {
    case "creation":
      return "Set at creation";
    case "settings":
      return "Connector settings";
    case "credential":
      return [`${levelWords[holder.level]} credential`, holder.name].filter(Boolean).join(" · ");
    case undefined:
      return accountId ? "Account sign-in" : "Reads from wallet";
  }
}

/** Whether the platform has to be given the new secret; other places read the wallet at each use. */
export function isPushed(target: RotationTarget): boolean {
  return target.holder !== null;
}
