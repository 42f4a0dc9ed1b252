import { useId } from "react";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { passFocusOn } from "@/components/keepFocus";
import { ErrorNotice, Notice } from "@/components/ProblemNotice";
import { Sheet } from "@/components/Sheet";
import { useShortcut } from "@/components/shortcuts";
import { Skeleton } from "@/components/Skeleton";
import { type Rotation, type RotationTarget, type WalletEntry } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { lastError } from "@/host/useCommand";
import { ago } from "@/lib/time";
import { joinTexts } from "@/lib/words";
import styles from "./Credentials.module.css";
import { TargetList, TargetState } from "./TargetList";
import { isPushed, isRotating, targetKey } from "./targetWords";
import { isRejection, userKey, type UserCheck } from "./userCheck";
import { NewSecretForm } from "./NewSecretForm";
import { typedKindOf } from "./secretForm";
import { useRotation } from "./useRotation";
import { usageText } from "./useSecretUsage";

type Props = {
  entry: WalletEntry;
  /** See `useTyped`. */
  onTyped: (isTyped: boolean) => void;
  onClose: () => void;
};

/** Rotates a secret everywhere it is used. The old one is kept until the rotation is finished. */
export function RotateSheet({ entry, onTyped, onClose }: Props) {
  const now = useNow();
  const rotation = useRotation(entry);
  const { plan, results, checks, rotate, retry, rollBack, finish } = rotation;
  const form = useId();
  const kind = typedKindOf(entry.kind, entry.reference);
  const pushing = rotate.isPending || retry.isPending || rollBack.isPending;
  // After a step of this sheet it stays open until it is finished.
  const hasStepped = retry.isSuccess || rollBack.isSuccess;
  const isOpen = plan.data?.canGoBack === true && !rotate.isPending && (pushing || hasStepped || isRotating(plan.data));
  const targets = plan.data?.targets ?? [];
  // During a rollback all places are pending: none has failed until all were tried.
  const failed = rollBack.isPending ? [] : targets.filter((target) => target.problem !== null);
  const isBack = rollBack.isSuccess || (!rollBack.isPending && plan.data?.isRolledBack === true);
  const isRestored = isBack && failed.length === 0;
  const rejected = [...checks.values()].filter(isRejection).length;
  const failure = lastError(rotate, retry, rollBack, finish);

  const finishRotation = () => finish.mutate(undefined, { onSuccess: onClose });
  const hasFailed = failed.length > 0;
  const proceed = hasFailed ? () => retry.mutate() : finishRotation;
  useShortcut(
    isOpen && !pushing && !finish.isPending
      ? { keys: "form.submit", label: hasFailed ? "Retry" : "Finish", inBar: true, run: proceed }
      : null,
  );

  return (
    <Sheet
      title={`Rotate ${entry.name}`}
      mark={<ConnectorMark size="large" title={entry.name} />}
      subtitle={joinTexts(" · ", "Wallet", plan.data && usageText(targets.length))}
      onClose={onClose}
      footer={
        isOpen ? (
          <>
            {!isRestored && (
              <Button
                ref={passFocusOn}
                icon="rotate-ccw"
                look={rejected > 0 ? "primary" : "plain"}
                isPending={rollBack.isPending}
                isDisabled={pushing && !rollBack.isPending}
                onPress={() => rollBack.mutate()}
              >
                Roll back
              </Button>
            )}
            <span className="grow" />
            {hasFailed && (
              <Button isPending={finish.isPending} isDisabled={pushing} onPress={finishRotation}>
                Finish anyway
              </Button>
            )}
            <Button
              key={hasFailed ? "retry" : "finish"}
              look={rejected > 0 && !isRestored && !hasFailed ? "plain" : "primary"}
              autoFocus
              keys="form.submit"
              isPending={hasFailed ? retry.isPending : finish.isPending}
              isDisabled={pushing && !(hasFailed && retry.isPending)}
              onPress={proceed}
            >
              {hasFailed ? `Retry ${failed.length}` : "Finish"}
            </Button>
          </>
        ) : (
          <>
            <span className="grow" />
            <Button onPress={onClose}>{pushing ? "Close" : "Cancel"}</Button>
            {kind && (
              <Button look="primary" type="submit" form={form} isPending={pushing} isDisabled={!plan.data}>
                Rotate
              </Button>
            )}
          </>
        )
      }
    >
      {!isOpen && kind && (
        <NewSecretForm
          id={form}
          title="New credential"
          entry={entry}
          kind={kind}
          onTyped={onTyped}
          isSaving={pushing}
          note={<p className="text3 small">{`Current one set ${ago(entry.replacedAt, now)}`}</p>}
          onSubmit={(secret) => {
            if (!pushing) rotate.mutate(secret);
          }}
        />
      )}
      {!kind && (
        <p className="text2">Sign-in tokens renew automatically. To switch accounts, disconnect and sign in again.</p>
      )}
      <ErrorNotice error={failure} />
      <ErrorNotice error={plan.error} onRetry={() => void plan.refetch()} />
      {plan.isPending && <Skeleton rows={3} label="Loading where it's used" />}
      {plan.data && (
        <RotationTargets
          rotation={plan.data}
          results={results}
          checks={checks}
          isPushing={pushing}
          isOpen={isOpen}
          isBack={isBack}
        />
      )}
      {isOpen && !pushing && (
        <Outcome failed={failed.length} rejected={rejected} isRestored={isRestored} checks={checks} targets={targets} />
      )}
    </Sheet>
  );
}

type OutcomeProps = {
  failed: number;
  rejected: number;
  isRestored: boolean;
  checks: ReadonlyMap<string, UserCheck>;
  targets: RotationTarget[];
};

/** The result of a step. Says that it works only if a check has confirmed that. */
function Outcome({ failed, rejected, isRestored, checks, targets }: OutcomeProps) {
  const works = checks.size > 0 && [...checks.values()].every((check) => check.state === "works");
  const isBad = failed > 0 || (rejected > 0 && !isRestored);
  return (
    <Notice
      glyph={failed > 0 ? "changed" : isBad ? "failing" : "ready"}
      role="status"
      title={
        failed > 0
          ? `${failed} not updated`
          : isRestored
            ? "Rolled back everywhere"
            : rejected > 0
              ? `New credential rejected by ${rejected} of ${checks.size}`
              : works
                ? "Works everywhere"
                : targets.every(isPushed)
                  ? "Updated everywhere"
                  : "New credential saved"
      }
    >
      {!isRestored &&
        (rejected > 0
          ? "Roll back to use the old credential again, or finish to keep the new one."
          : "The old credential is kept until you finish, so you can roll back. Revoke it with the provider after that.")}
    </Notice>
  );
}

type RotationTargetsProps = {
  rotation: Rotation;
  results: ReadonlyMap<string, RotationTarget>;
  checks: ReadonlyMap<string, UserCheck>;
  isPushing: boolean;
  isOpen: boolean;
  isBack: boolean;
};

function RotationTargets({ rotation, results, checks, isPushing, isOpen, isBack }: RotationTargetsProps) {
  // Results of this step are newer than the plan.
  const targets = rotation.targets.map(
    (target) => results.get(targetKey(target)) ?? (isPushing ? { ...target, problem: null } : target),
  );
  const isTried = (target: RotationTarget) => results.has(targetKey(target)) || (isOpen && !isPushing);
  const pushed = targets.filter(isPushed);
  const done = pushed.filter((target) => isTried(target) && target.problem === null).length;
  return (
    <section className={styles.section} aria-label="Used by">
      <div className={styles.sectionHead}>
        <h3>Used by</h3>
        {pushed.length > 0 && (isPushing || isOpen) && (
          <span className="text2" aria-live="polite">{`${done} of ${pushed.length} updated`}</span>
        )}
      </div>
      {targets.length === 0 ? (
        <p className="text2">Not used yet</p>
      ) : (
        <TargetList
          label="Places"
          targets={targets}
          stateOf={(target) => (
            <TargetState
              target={target}
              check={checks.get(userKey(target))}
              isTried={isTried(target)}
              isPushing={isPushing}
              isBack={isBack}
            />
          )}
        />
      )}
    </section>
  );
}
