import { ErrorNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { Section } from "@/components/Section";
import { type CaptureLevel, type Connector } from "@/host/bindings";
import styles from "./ConnectorPage.module.css";
import { useUpdateConnector } from "./useConnectorActions";

const levels: { value: CaptureLevel; label: string }[] = [
  { value: "full", label: "Everything but secrets" },
  { value: "redacted", label: "Structure, without values" },
  { value: "metadata", label: "Metadata only" },
];

const helps: Record<CaptureLevel, string> = {
  full: "Arguments, results and what was sent are kept. Known secrets are redacted.",
  redacted: "Field names and kinds of content are kept, values aren't. You can't run these runs again.",
  metadata: "Tool, account, time, status and duration are kept. You can't run these runs again.",
};

/** How much of a connector's runs is kept in the history. */
export function CaptureSettings({ connector }: { connector: Connector }) {
  const save = useUpdateConnector(connector.id);
  const level = connector.capture ?? "full";
  return (
    <Section title="Run history">
      <div className={styles.form}>
        <Select
          label="Keep for new runs"
          options={levels}
          value={level}
          onChange={(capture) => save.mutate({ capture })}
          help={helps[level]}
        />
        <ErrorNotice error={save.error} />
      </div>
    </Section>
  );
}
