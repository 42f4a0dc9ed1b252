import { ErrorNotice } from "@/components/ProblemNotice";
import { Switch } from "@/components/Switch";
import { Section } from "@/components/Section";
import { type Connector } from "@/host/bindings";
import styles from "./ConnectorPage.module.css";
import { useUpdateConnector } from "./useConnectorActions";

/** Whether the server may send sampling requests, which the user answers in place of a language model. */
export function SamplingSettings({ connector }: { connector: Connector }) {
  const toggle = useUpdateConnector(connector.id);
  return (
    <Section title="Texts of a language model">
      <div className={styles.form}>
        <Switch
          isSelected={connector.sampling ?? false}
          onChange={(sampling) => toggle.mutate({ sampling })}
          help="Patchbay has no model: it shows you each request, and you write the text or decline."
        >
          Let the server ask for them
        </Switch>
        <ErrorNotice error={toggle.error} />
      </div>
    </Section>
  );
}
