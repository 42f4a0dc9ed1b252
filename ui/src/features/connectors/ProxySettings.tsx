import { type FormEvent, useState } from "react";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { type Connector, type ProxyChoice } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./ConnectorPage.module.css";
import { useUpdateConnector } from "./useConnectorActions";

type Kind = "system" | "direct" | "url";

const kinds: { value: Kind; label: string }[] = [
  { value: "system", label: "As the system says" },
  { value: "direct", label: "None" },
  { value: "url", label: "This proxy" },
];

/** Through which proxy a connector reaches its server. */
export function ProxySettings({ connector }: { connector: Connector }) {
  const saved = connector.network?.proxy ?? "system";
  const [kind, setKind] = useState(kindOf(saved));
  const [url, setUrl] = useState(typeof saved === "object" ? saved.url : "");
  const save = useUpdateConnector(connector.id, "Proxy saved");
  const keep = (proxy: ProxyChoice) => save.mutate({ network: { proxy } });
  const choose = (chosen: Kind) => {
    setKind(chosen);
    if (chosen !== "url") keep(chosen);
  };
  const typed = url.trim();
  const changed = typed !== "" && !(typeof saved === "object" && saved.url === typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed) keep({ url: typed });
  };
  return (
    <section className={styles.section} aria-label="Proxy">
      <h2>Proxy</h2>
      <form className={styles.form} onSubmit={submit}>
        <Select label="Connect through" options={kinds} value={kind} onChange={choose} />
        {kind === "url" && (
          <Field
            label="Proxy address"
            mono
            value={url}
            onChange={setUrl}
            placeholder="http://proxy.example:3128"
            help="A name and password belong in the system's settings"
          />
        )}
        {save.error && <ProblemNotice problem={asProblem(save.error)} />}
        {kind === "url" && (
          <div className={styles.actions}>
            <Button type="submit" look={changed ? "primary" : "plain"} isDisabled={!changed} isPending={save.isPending}>
              Save proxy
            </Button>
          </div>
        )}
      </form>
    </section>
  );
}

function kindOf(proxy: ProxyChoice): Kind {
  return typeof proxy === "object" ? "url" : proxy;
}
