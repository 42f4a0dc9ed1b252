import { type ReactNode } from "react";
import { Badge } from "@/components/Badge";
import { PlatformTile } from "@/components/PlatformTile";
import { NoticeCode } from "@/components/ProblemNotice";
import { useGo } from "@/components/useGo";
import { type Problem, type RotationTarget } from "@/host/bindings";
import { sentence } from "@/lib/words";
import styles from "./Credentials.module.css";
import { isPushed, targetKey, targetWords } from "./targetWords";
import { isRejection, needsSignIn, type UserCheck } from "./userCheck";
import { usePlatformOf } from "./useSecretUsage";

type Props = {
  label: string;
  targets: RotationTarget[];
  /** Renders the state of a target. */
  stateOf?: (target: RotationTarget) => ReactNode;
  /** Whether each leads to its connector or account. */
  isLinked?: boolean;
};

/** The users of a wallet entry: connectors, accounts, and credentials on platforms. */
export function TargetList({ label, targets, stateOf, isLinked = false }: Props) {
  const go = useGo();
  const platformOf = usePlatformOf();
  return (
    <ul className={styles.card} aria-label={label}>
      {targets.map((target) => {
        const words = (
          <>
            <PlatformTile platform={platformOf(target.account)} />
            <span className={styles.placeWords}>
              <span className="cut" title={nameOf(target)}>
                {nameOf(target)}
              </span>
              <span className="text2 small">{targetWords(target)}</span>
            </span>
            {stateOf?.(target)}
          </>
        );
        const { connector, accountId } = target;
        const open = connector ? () => go.connector(connector) : accountId ? () => go.account(accountId) : null;
        return (
          <li key={targetKey(target)}>
            {isLinked && open ? (
              <button type="button" className={styles.place} onClick={open}>
                {words}
              </button>
            ) : (
              <div className={styles.place}>{words}</div>
            )}
            {target.problem && (
              <div className={styles.placeProblem}>
                <p>{reasonOf(target.problem)}</p>
                <NoticeCode>{target.problem.code}</NoticeCode>
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function nameOf({ title, account }: RotationTarget): string {
  return account === title ? title : `${title} · ${account}`;
}

type StateProps = {
  target: RotationTarget;
  /** The check after the last step. */
  check: UserCheck | undefined;
  isTried: boolean;
  isPushing: boolean;
  /** Whether the last step was a rollback. */
  isBack: boolean;
};

/** The state of a target during and after a rotation. */
export function TargetState({ target, check, isTried, isPushing, isBack }: StateProps) {
  if (check && !target.problem) return <CheckState check={check} />;
  // Nothing was sent there, so the result is unknown.
  if (!isPushed(target)) return <Badge glyph="todo">On next use</Badge>;
  if (isTried && target.problem) return <Badge glyph="failing">Failed</Badge>;
  if (isTried) return <Badge glyph="todo">{isBack ? "Restored" : "Updated"}</Badge>;
  if (isPushing) return <Badge glyph="authorizing">Waiting</Badge>;
  return <Badge glyph="todo">Will be updated</Badge>;
}

export function CheckState({ check }: { check: UserCheck }) {
  if (check.state === "checking") return <Badge glyph="authorizing">Checking</Badge>;
  if (check.state === "works") return <Badge glyph="ready">Works</Badge>;
  const title = reasonOf(check.problem);
  if (needsSignIn(check)) return <Badge glyph="signin">Needs sign-in</Badge>;
  if (isRejection(check))
    return (
      <Badge glyph="failing" title={title}>
        Rejected
      </Badge>
    );
  return (
    <Badge glyph="changed" title={title}>
      Couldn't check
    </Badge>
  );
}

/** What happened, the platform's own message, and a hint. */
function reasonOf({ message, detail, hint }: Problem): string {
  const words = [message, detail === message ? null : detail, hint];
  return words.flatMap((one) => (one ? [sentence(one)] : [])).join(" ");
}
