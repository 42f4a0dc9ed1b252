import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Notice, ProblemNotice } from "@/components/ProblemNotice";
import { SegmentedControl } from "@/components/SegmentedControl";
import { Sheet } from "@/components/Sheet";
import { useShortcut } from "@/components/shortcuts";
import { Skeleton } from "@/components/Skeleton";
import { useToasts } from "@/host/toasts";
import { type Rotation, type RotationPlace, type WalletEntry } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { ago } from "@/lib/time";
import styles from "./Credentials.module.css";
import { PlaceList, PlaceState } from "./PlaceList";
import { isPushed, placeKey } from "./placeWords";
import { SecretFields } from "./SecretFields";
import { emptySecret, secretError, secretOf, type TypedKind, typedKindOf } from "./secretForm";
import { useRotation } from "./useRotation";
import { usageText } from "./useSecretUsage";

type Props = { entry: WalletEntry; onClose: () => void };

/** The new secret is entered once and goes wherever the old one went; the old one is kept until it is finished. */
export function RotateSheet({ entry, onClose }: Props) {
  const rotation = useRotation(entry.id);
  const { plan, results, rotate, retry, rollBack, finish } = rotation;
  const { toast } = useToasts();
  const form = useId();
  const kind = typedKindOf(entry.kind, entry.reference);
  const pushing = rotate.isPending || retry.isPending || rollBack.isPending;
  const isOpen = plan.data?.canGoBack === true && !rotate.isPending;
  const places = plan.data?.places ?? [];
  // On the way back every place waits for its turn: none is missed before all were tried.
  const missed = rollBack.isPending ? [] : places.filter((place) => place.problem !== null);
  const failure = rotate.error ?? retry.error ?? rollBack.error ?? finish.error;

  const end = () =>
    finish.mutate(undefined, {
      onSuccess: () => {
        toast(rollBack.isSuccess ? `Rotation of ${entry.name} rolled back` : `${entry.name} rotated`);
        onClose();
      },
    });
  const back = () =>
    rollBack.mutate(undefined, {
      onSuccess: (then) => {
        if (then.places.every((place) => place.problem === null)) toast(`Rotation of ${entry.name} rolled back`);
      },
    });
  const again = () => retry.mutate();
  useShortcut(
    isOpen && !pushing
      ? {
          keys: "Mod+Enter",
          label: missed.length > 0 ? "Retry" : "Finish",
          inBar: true,
          inFields: true,
          run: missed.length > 0 ? again : end,
        }
      : null,
  );

  return (
    <Sheet
      title={`Rotate ${entry.name}`}
      mark={<ConnectorMark size="large" title={entry.name} />}
      subtitle={["Wallet", plan.data && usageText(places.length)].filter(Boolean).join(" · ")}
      onClose={onClose}
      footer={
        isOpen ? (
          <>
            <Button
              icon="rotate-ccw"
              isPending={rollBack.isPending}
              isDisabled={pushing && !rollBack.isPending}
              onPress={back}
            >
              Roll back
            </Button>
            <span className="grow" />
            {missed.length > 0 && (
              <Button isPending={finish.isPending} isDisabled={pushing} onPress={end}>
                Finish anyway
              </Button>
            )}
            {missed.length > 0 ? (
              <Button
                look="primary"
                autoFocus
                keys="Mod+Enter"
                isPending={retry.isPending}
                isDisabled={pushing && !retry.isPending}
                onPress={again}
              >{`Retry ${missed.length}`}</Button>
            ) : (
              <Button
                look="primary"
                autoFocus
                keys="Mod+Enter"
                isPending={finish.isPending}
                isDisabled={pushing}
                onPress={end}
              >
                Finish
              </Button>
            )}
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
        <NewSecret
          id={form}
          entry={entry}
          kind={kind}
          isPending={pushing}
          onSubmit={(secret) => rotate.mutate(secret)}
        />
      )}
      {!kind && (
        <p className="text2">Sign-in tokens renew automatically. To switch accounts, disconnect and sign in again.</p>
      )}
      {failure && <ProblemNotice problem={asProblem(failure)} />}
      {plan.error && <ProblemNotice problem={asProblem(plan.error)} onRetry={() => void plan.refetch()} />}
      {plan.isPending && <Skeleton rows={3} label="Loading where it's used" />}
      {plan.data && <Places rotation={plan.data} results={results} isPushing={pushing} isOpen={isOpen} />}
      {isOpen && !pushing && (
        <Notice
          glyph={missed.length > 0 ? "changed" : "ready"}
          role="status"
          title={
            missed.length > 0
              ? `${missed.length} not updated`
              : rollBack.isSuccess
                ? "Rolled back everywhere"
                : places.every(isPushed)
                  ? "Updated everywhere"
                  : "New credential saved"
          }
        >
          {!(rollBack.isSuccess && missed.length === 0) &&
            "The old credential is kept until you finish, so you can roll back. Revoke it with the provider after that."}
        </Notice>
      )}
    </Sheet>
  );
}

type PlacesProps = {
  rotation: Rotation;
  results: ReadonlyMap<string, RotationPlace>;
  isPushing: boolean;
  isOpen: boolean;
};

function Places({ rotation, results, isPushing, isOpen }: PlacesProps) {
  // What was heard of a place is newer than what is known of it.
  const places = rotation.places.map(
    (place) => results.get(placeKey(place)) ?? (isPushing ? { ...place, problem: null } : place),
  );
  const isTried = (place: RotationPlace) => results.has(placeKey(place)) || (isOpen && !isPushing);
  const pushed = places.filter(isPushed);
  const done = pushed.filter((place) => isTried(place) && place.problem === null).length;
  return (
    <section className={styles.section} aria-label="Used by">
      <div className={styles.sectionHead}>
        <h3>Used by</h3>
        {pushed.length > 0 && (isPushing || isOpen) && (
          <span className="text2" aria-live="polite">{`${done} of ${pushed.length} updated`}</span>
        )}
      </div>
      {places.length === 0 ? (
        <p className="text2">Not used yet</p>
      ) : (
        <PlaceList
          label="Places"
          places={places}
          stateOf={(place) => <PlaceState place={place} isTried={isTried(place)} isPushing={isPushing} />}
        />
      )}
    </section>
  );
}

type NewSecretProps = {
  id: string;
  entry: WalletEntry;
  kind: TypedKind;
  isPending: boolean;
  onSubmit: (secret: ReturnType<typeof secretOf>) => void;
};

/** What is typed stays here when the rotation cannot begin. */
function NewSecret({ id, entry, kind, isPending, onSubmit }: NewSecretProps) {
  const [form, setForm] = useState(() => emptySecret(kind, entry.headerNames));
  const [error, setError] = useState<string | null>(null);
  const keepsValues = form.kind === "headers";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = secretError(form, keepsValues);
    setError(wrong);
    if (!wrong && !isPending) onSubmit(secretOf(form));
  };
  return (
    <form id={id} className={styles.section} onSubmit={submit}>
      <div className={styles.sectionHead}>
        <h3>New credential</h3>
        <span className="grow" />
        {(form.kind === "bearer" || form.kind === "reference") && (
          <SegmentedControl
            label="New type"
            segments={[
              { value: "bearer", label: "Token" },
              { value: "reference", label: "Secret reference" },
            ]}
            value={form.kind}
            onChange={(next) => {
              setForm({ ...form, kind: next });
              setError(null);
            }}
          />
        )}
      </div>
      <p className="text3 small">{`Current one set ${ago(entry.replacedAt)}`}</p>
      <SecretFields form={form} error={error} onChange={setForm} keepsValues={keepsValues} autoFocus />
    </form>
  );
}
