import { Field } from "@/components/Field";
import { Select } from "@/components/Select";
import { Section } from "@/components/Section";
import { commands, type Connector, type ProxyChoice } from "@/host/bindings";
import { upsertConnector } from "@/host/upsert";
import { lastError, useCommand } from "@/host/useCommand";
import { SettingsForm } from "./SettingsForm";
import { useEdits } from "./useEdits";

type Kind = "system" | "direct" | "url";

const kinds: { value: Kind; label: string }[] = [
  { value: "system", label: "System" },
  { value: "direct", label: "None" },
  { value: "url", label: "Custom" },
];

/** The proxy through which a connector reaches its server. */
export function ProxySettings({ connector }: { connector: Connector }) {
  const saved = formOf(connector.network?.proxy ?? "system");
  const { form, edit, save, saving } = useEdits(connector, "proxy", saved, "Proxy saved");
  // Saved at once: there is nothing to enter.
  const choose = useCommand({
    command: (proxy: Exclude<Kind, "url">) => commands.updateConnector(connector.id, { network: { proxy } }),
    update: upsertConnector,
    toast: () => "Proxy saved",
  });
  const kind = choose.isPending ? choose.variables : form.kind;
  const selectKind = (next: Kind) => {
    if (next === "url") return edit("kind", next);
    saving.onDiscard();
    choose.mutate(next);
  };
  const url = form.url.trim();
  return (
    <Section title="Proxy">
      <SettingsForm
        save={{ error: lastError(choose, saving.save), isPending: choose.isPending || saving.save.isPending }}
        saveLabel={kind === "url" ? "Save proxy" : null}
        isChanged={url !== "" && url !== saved.url}
        onSubmit={() => save({ network: { proxy: { url } } })}
      >
        <Select label="Connect through" options={kinds} value={kind} onChange={selectKind} />
        {kind === "url" && (
          <Field
            label="Proxy address"
            mono
            value={form.url}
            onChange={(next) => edit("url", next)}
            placeholder="http://proxy.example:3128"
            help="Set a user name and password in your system's settings, not here"
          />
        )}
      </SettingsForm>
    </Section>
  );
}

function formOf(proxy: ProxyChoice): { kind: Kind; url: string } {
  return typeof proxy === "object" ? { kind: "url", url: proxy.url } : { kind: proxy, url: "" };
}
