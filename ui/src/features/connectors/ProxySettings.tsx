import { useState } from "react";
import { Field } from "@/components/Field";
import { Select } from "@/components/Select";
import { Section } from "@/components/Section";
import { type Connector, type ProxyChoice } from "@/host/bindings";
import { SettingsForm } from "./SettingsForm";
import { useUpdateConnector } from "./useConnectorActions";

type Kind = "system" | "direct" | "url";

const kinds: { value: Kind; label: string }[] = [
  { value: "system", label: "System" },
  { value: "direct", label: "None" },
  { value: "url", label: "Custom" },
];

/** The proxy through which a connector reaches its server. */
export function ProxySettings({ connector }: { connector: Connector }) {
  const saved = connector.network?.proxy ?? "system";
  const savedUrl = typeof saved === "object" ? saved.url : "";
  // Until they are saved: the rest follows the connector, which may change elsewhere.
  const [chosen, setChosen] = useState<Kind | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const kind = chosen ?? (typeof saved === "object" ? "url" : saved);
  const text = typed ?? savedUrl;
  const save = useUpdateConnector(connector.id, "Proxy saved");
  const saveProxy = (proxy: ProxyChoice) =>
    save.mutate(
      { network: { proxy } },
      {
        onSuccess: () => {
          setChosen(null);
          if (typeof proxy === "object") setTyped((now) => (now === text ? null : now));
        },
      },
    );
  const selectKind = (next: Kind) => {
    setChosen(next);
    if (next !== "url") saveProxy(next);
  };
  const url = text.trim();
  return (
    <Section title="Proxy">
      <SettingsForm
        save={save}
        saveLabel={kind === "url" ? "Save proxy" : null}
        isChanged={url !== "" && url !== savedUrl}
        onSubmit={() => saveProxy({ url })}
      >
        <Select label="Connect through" options={kinds} value={kind} onChange={selectKind} />
        {kind === "url" && (
          <Field
            label="Proxy address"
            mono
            value={text}
            onChange={setTyped}
            placeholder="http://proxy.example:3128"
            help="Set a user name and password in your system's settings, not here"
          />
        )}
      </SettingsForm>
    </Section>
  );
}
