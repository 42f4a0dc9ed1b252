import { ErrorNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { Section } from "@/components/Section";
import { type Connector, type LogLevel } from "@/host/bindings";
import styles from "./ConnectorPage.module.css";
import { useUpdateConnector } from "./useConnectorActions";

const levels: { value: LogLevel; label: string }[] = [
  { value: "debug", label: "Debug" },
  { value: "info", label: "Info" },
  { value: "notice", label: "Notice" },
  { value: "warning", label: "Warning" },
  { value: "error", label: "Error" },
  { value: "critical", label: "Critical" },
  { value: "alert", label: "Alert" },
  { value: "emergency", label: "Emergency" },
];

/** The least severe log messages that the server is asked for. */
export function ServerLogSettings({ connector }: { connector: Connector }) {
  const save = useUpdateConnector(connector.id);
  return (
    <Section title="Server log">
      <div className={styles.form}>
        <Select
          label="Lowest level"
          options={levels}
          value={connector.logLevel ?? "info"}
          onChange={(logLevel) => save.mutate({ logLevel })}
          help="For servers that send their log over MCP. Changing it reconnects."
        />
        <ErrorNotice error={save.error} />
      </div>
    </Section>
  );
}
