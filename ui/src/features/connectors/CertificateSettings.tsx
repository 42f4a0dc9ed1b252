import { Button } from "@/components/Button";
import { Code, Fact } from "@/components/Fact";
import { passFocusBeside } from "@/components/keepFocus";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Section } from "@/components/Section";
import { type CertificateFacts, commands, type Connector } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { upsertConnector } from "@/host/upsert";
import { lastError, useCommand } from "@/host/useCommand";
import { expires } from "@/lib/time";
import styles from "./ConnectorPage.module.css";
import { useUpdateConnector } from "./useConnectorActions";

/** Certificates that a connector trusts besides those of the system, and its client certificate. */
export function CertificateSettings({ connector }: { connector: Connector }) {
  const authorities = connector.network?.authorities ?? [];
  const pins = connector.network?.pins ?? [];
  const save = useUpdateConnector(connector.id, "Certificates saved");
  const choose = useCommand({ command: () => commands.chooseCertificates() });
  const saveAuthorities = (authorities: string[]) => save.mutate({ network: { authorities } });
  const pems = authorities.map((one) => one.pem);
  const add = () =>
    choose.mutate(undefined, {
      onSuccess: (chosen) => chosen && saveAuthorities([...pems, ...chosen.map(({ pem }) => pem)]),
    });
  const clientCertificate = connector.network?.clientCertificate;
  const chooseClient = useCommand({
    command: () => commands.chooseClientCertificate(connector.id),
    update: (client, changed) => {
      if (changed) upsertConnector(client, changed);
    },
    toast: (changed) => (changed ? "Client certificate saved" : null),
  });
  const problem = lastError(choose, chooseClient, save);
  return (
    <Section title="Certificates">
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
          onRemove={() => saveAuthorities(pems.filter((pem) => pem !== one.pem))}
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
      {clientCertificate && (
        <Certificate
          name={clientCertificate.subject}
          note="Shown to the server"
          facts={clientCertificate}
          isPending={save.isPending}
          removeLabel={`Stop showing ${clientCertificate.subject}`}
          onRemove={() => save.mutate({ network: { forgetClientCertificate: true } })}
        />
      )}
      <ErrorNotice error={problem} />
      <div className={styles.actions}>
        <Button icon="plus" isPending={choose.isPending} onPress={add}>
          Add root certificate…
        </Button>
        <Button isPending={chooseClient.isPending} onPress={() => chooseClient.mutate()}>
          {clientCertificate ? "Replace client certificate…" : "Choose client certificate…"}
        </Button>
      </div>
    </Section>
  );
}

type CertificateProps = {
  name: string;
  note?: string;
  facts: CertificateFacts;
  isPending: boolean;
  /** Accessible name of the button that removes it. */
  removeLabel?: string;
  onRemove: () => void;
};

function Certificate({ name, note, facts, isPending, removeLabel, onRemove }: CertificateProps) {
  const now = useNow();
  return (
    <div ref={passFocusBeside} className={styles.unchecked} role="group" aria-label={name}>
      <div className={styles.uncheckedWords}>
        <span className="medium">{name}</span>
        {note && <span className="text3">{note}</span>}
        <dl className={styles.facts}>
          <Fact name="Issuer">{facts.issuer}</Fact>
          <Fact name="Expires">{facts.expiresAt && expires(facts.expiresAt, now)}</Fact>
          <Fact name="SHA-256">{facts.sha256 && <Code>{facts.sha256}</Code>}</Fact>
        </dl>
      </div>
      <Button small isPending={isPending} label={removeLabel ?? `Stop trusting ${name}`} onPress={onRemove}>
        Remove
      </Button>
    </div>
  );
}
