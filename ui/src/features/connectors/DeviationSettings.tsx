import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Advanced } from "@/components/Advanced";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ErrorNotice } from "@/components/ProblemNotice";
import { SegmentedControl } from "@/components/SegmentedControl";
import { Tag } from "@/components/Tag";
import {
  commands,
  type Connector,
  type ConnectorChanges,
  type DeviationView,
  type OauthDeviation,
} from "@/host/bindings";
import { queries } from "@/host/queries";
import { upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";
import { capital, sentence } from "@/lib/words";
import styles from "./ConnectorPage.module.css";

type ChosenDeviations = NonNullable<ConnectorChanges["oauthDeviations"]>;

type Choice = "automatic" | "on" | "off";

const choices: { value: Choice; label: string }[] = [
  { value: "automatic", label: "Automatic" },
  { value: "on", label: "On" },
  { value: "off", label: "Off" },
];

/** OAuth deviations of a connector's provider. Renders nothing for connectors that don't use OAuth. */
export function DeviationSettings({ connector }: { connector: Connector }) {
  const { data: deviations, error, refetch } = useQuery(queries.deviations(connector.id));
  const [confirming, setConfirming] = useState<DeviationView | null>(null);
  // Those left out are automatic.
  const save = useCommand({
    command: (oauthDeviations: ChosenDeviations) => commands.updateConnector(connector.id, { oauthDeviations }),
    update: upsertConnector,
    refetches: [queries.deviations(connector.id).queryKey],
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!deviations || deviations.length === 0) return null;
  // A choice made while another is being saved adds to that one.
  const chosen = save.isPending ? save.variables : chosenOf(deviations);
  const choose = (deviation: OauthDeviation, choice: Choice) => {
    const { [deviation]: _before, ...others } = chosen;
    save.mutate(choice === "automatic" ? others : { ...others, [deviation]: choice === "on" });
  };
  return (
    <section className={styles.section} aria-label="Sign-in deviations">
      <Advanced label="Sign-in deviations">
        <p className="text2">
          For providers that don't follow the OAuth standards. Changes apply from the next sign-in; Automatic follows
          what's known of the provider.
        </p>
        {deviations.map((one) => (
          <Deviation
            key={one.deviation}
            view={one}
            choice={choiceOf(chosen[one.deviation])}
            onChoose={(choice) => (choice === "on" && one.weakens ? setConfirming(one) : choose(one.deviation, choice))}
          />
        ))}
        <ErrorNotice error={save.error} />
      </Advanced>
      {confirming && (
        <ConfirmDialog
          title={`Turn on for ${connector.title}?`}
          confirmLabel="Turn on"
          onConfirm={() => {
            setConfirming(null);
            choose(confirming.deviation, "on");
          }}
          onClose={() => setConfirming(null)}
        >
          <p>{sentence(confirming.words)}</p>
          <p>This weakens a check of the sign-in. Turn on only if you trust {connector.title}'s provider.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

type DeviationProps = { view: DeviationView; choice: Choice; onChoose: (choice: Choice) => void };

function Deviation({ view: { words, weakens, isOn, source }, choice, onChoose }: DeviationProps) {
  const label = capital(words);
  return (
    <div className={styles.unchecked} role="group" aria-label={label}>
      <div className={styles.uncheckedWords}>
        <span className="medium">{label}</span>
        {(weakens || isOn) && (
          <span className="tags">
            {isOn && <Tag>On</Tag>}
            {weakens && <Tag tone="warn">Weakens a check</Tag>}
          </span>
        )}
        {source !== null && (
          <span className={`text3 small ${styles.source ?? ""}`} data-selectable>
            Known of this provider: {source}
          </span>
        )}
      </div>
      <SegmentedControl label={label} segments={choices} value={choice} onChange={onChoose} />
    </div>
  );
}

function chosenOf(deviations: DeviationView[]): ChosenDeviations {
  const chosen = deviations.filter((one) => one.chosen !== null);
  return Object.fromEntries(chosen.map((one) => [one.deviation, one.chosen]));
}

function choiceOf(chosen: boolean | undefined): Choice {
  if (chosen === undefined) return "automatic";
  return chosen ? "on" : "off";
}
