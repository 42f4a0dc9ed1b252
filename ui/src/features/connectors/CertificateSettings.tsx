import { Button } from "@/components/Button";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type CertificateFacts, commands, type Connector } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";
import { inertText } from "@/lib/inertText";
import { expires } from "@/lib/time";
import styles from "./ConnectorPage.module.css";
import { FactRows } from "./FactRows";
import { useUpdateConnector } from "./useConnectorActions";

/** What a connector trusts besides what the system trusts, and the certificate that it shows. */
export function CertificateSettings({ connector }: { connector: Connector }) {
  const authorities = connector.network?.authorities ?? [];
  const pins = connector.network?.pins ?? [];
  const save = useUpdateConnector(connector.id, "Certificates saved");
  const choose = useCommand({ mutationFn: () => call(commands.chooseCertificates()) });
  const keep = (pems: string[]) => save.mutate({ network: { authorities: pems } });
  const known = authorities.map((one) => one.pem);
  const add = () =>
    choose.mutate(undefined, {
      onSuccess: (chosen) => {
        if (chosen) keep([...known, ...chosen.map((one) => one.pem)]);
      },
    });
  const shown = connector.network?.clientCertificate;
  const show = useCommand({
    mutationFn: () => call(commands.chooseClientCertificate(connector.id)),
    update: (client, changed) => {
      if (changed) upsertConnector(client, changed);
    },
    toast: (changed) => (changed ? "Client certificate saved" : null),
  });
  const problem = choose.error ?? show.error ?? save.error;
  return (
    <section className={styles.section} aria-label="Certificates">
      <h2>Certificates</h2>
      <p className="text2">
        Your system decides which servers to trust. Add the root certificate of your own authority if it signed this
        server's certificate. A server that asks for a client certificate gets yours; its key stays in the keychain.
      </p>
      {authorities.map((one) => (
        <Certificate
          key={one.facts.sha256}
          name={one.facts.subject}
          facts={one.facts}
          isPending={save.isPending}
          onRemove={() => keep(known.filter((pem) => pem !== one.pem))}
        />
      ))}
      {pins.map((pin) => (
        <Certificate
          key={pin.place}
          name={pin.place}
          facts={pin.facts}
          isPending={save.isPending}
          onRemove={() => save.mutate({ network: { forget: [pin.place] } })}
        />
      ))}
      {shown && (
        <Certificate
          name={shown.subject}
          note="Shown to the server"
          facts={shown}
          isPending={save.isPending}
          remove={`Stop showing ${inertText(shown.subject)}`}
          onRemove={() => save.mutate({ network: { forgetClientCertificate: true } })}
        />
      )}
      {problem && <ProblemNotice problem={asProblem(problem)} />}
      <div className={styles.actions}>
        <Button icon="plus" isPending={choose.isPending} onPress={add}>
          Add root certificate…
        </Button>
        <Button isPending={show.isPending} onPress={() => show.mutate()}>
          {shown ? "Replace client certificate…" : "Choose client certificate…"}
        </Button>
      </div>
    </section>
  );
}

type CertificateProps = {
  name: string;
  note?: string;
  facts: CertificateFacts;
  isPending: boolean;
  /** What its button does, in words. */
  remove?: string;
  onRemove: () => void;
};

function Certificate({ name, note, facts, isPending, remove, onRemove }: CertificateProps) {
  const label = inertText(name);
  return (
    <div className={styles.unchecked} role="group" aria-label={label}>
      <div className={styles.uncheckedWords}>
        <span className="medium">{label}</span>
        {note && <span className="text3">{note}</span>}
        <FactRows
          className={styles.facts}
          rows={[
            ["Issuer", facts.issuer],
            ["Expires", facts.expiresAt && expires(facts.expiresAt)],
            ["SHA-256", facts.sha256, true],
          ]}
        />
      </div>
      <Button small isDisabled={isPending} label={remove ?? `Stop trusting ${label}`} onPress={onRemove}>
        Remove
      </Button>
    </div>
  );
}
