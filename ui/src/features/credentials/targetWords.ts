import { levelLabels } from "@/components/levels";
import { type Rotation, type RotationTarget } from "@/host/bindings";
import { joinTexts } from "@/lib/words";

/** Identifies a target. */
export function targetKey(target: RotationTarget): string {
  return [target.connector, target.accountId, JSON.stringify(target.holder)].join("|");
}

/** Where a target stores the secret. */
export function targetWords({ holder, accountId }: RotationTarget): string {
  switch (holder?.kind) {
    case "creation":
      return "Set at creation";
    case "settings":
      return "Connector settings";
    case "credential":
      return joinTexts(" · ", `${levelLabels[holder.level]} credential`, holder.name);
    case undefined:
      return accountId ? "Account sign-in" : "Reads from wallet";
  }
}

/** Whether a rotation goes on: it is not finished, and not rolled back everywhere. */
export function isRotating({ canGoBack, isRolledBack, targets }: Rotation): boolean {
  return canGoBack && !(isRolledBack && targets.every((target) => target.problem === null));
}

/** Whether the platform stores a copy of the secret; other targets read the wallet. */
export function isPushed(target: RotationTarget): boolean {
  return target.holder !== null;
}
