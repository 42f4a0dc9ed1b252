import { ErrorNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { Section } from "@/components/Section";
import { type Connector } from "@/host/bindings";
import styles from "./ConnectorPage.module.css";
import { logLevels } from "./logLevels";
import { useUpdateConnector } from "./useConnectorActions";

/** The least severe log messages that the server is asked for. */
export function ServerLogSettings({ connector }: { connector: Connector }) {
  const save = useUpdateConnector(connector.id);
  return (
    <Section title="Server log">
      <div className={styles.form}>
        <Select
          label="Lowest level"
          options={logLevels}
          value={connector.logLevel ?? "info"}
          onChange={(logLevel) => save.mutate({ logLevel })}
          help="For servers that send their log over MCP. Changing it reconnects."
        />
        <ErrorNotice error={save.error} />
      </div>
    </Section>
  );
}
