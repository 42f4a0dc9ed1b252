import { Button } from "@/components/Button";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type CertificateFacts, commands, type Connector } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { useCommand } from "@/host/useCommand";
import { inertText } from "@/lib/inertText";
import { expires } from "@/lib/time";
import { CertificateRows } from "./CertificateRows";
import styles from "./ConnectorPage.module.css";
import { useUpdateConnector } from "./useConnectorActions";

/** What a connector trusts besides what the system trusts. */
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
  const problem = choose.error ?? save.error;
  return (
    <section className={styles.section} aria-label="Certificates">
      <h2>Certificates</h2>
      <p className="text2">
        Your system decides which servers to trust. Add the root certificate of your own authority if it signed this
        server's certificate.
      </p>
      {authorities.map((one) => (
        <Trusted
          key={one.facts.sha256}
          name={one.facts.subject}
          facts={one.facts}
          isPending={save.isPending}
          onRemove={() => keep(known.filter((pem) => pem !== one.pem))}
        />
      ))}
      {pins.map((pin) => (
        <Trusted
          key={pin.place}
          name={pin.place}
          facts={pin.facts}
          isPending={save.isPending}
          onRemove={() => save.mutate({ network: { forget: [pin.place] } })}
        />
      ))}
      {problem && <ProblemNotice problem={asProblem(problem)} />}
      <div className={styles.actions}>
        <Button icon="plus" isPending={choose.isPending} onPress={add}>
          Add root certificate…
        </Button>
      </div>
    </section>
  );
}

type TrustedProps = { name: string; facts: CertificateFacts; isPending: boolean; onRemove: () => void };

function Trusted({ name, facts, isPending, onRemove }: TrustedProps) {
  const label = inertText(name);
  return (
    <div className={styles.unchecked} role="group" aria-label={label}>
      <div className={styles.uncheckedWords}>
        <span className="medium">{label}</span>
        <CertificateRows
          rows={[
            ["Issuer", facts.issuer],
            ["Expires", facts.expiresAt ? expires(facts.expiresAt) : ""],
            ["SHA-256", facts.sha256],
          ]}
        />
      </div>
      <Button small isDisabled={isPending} label={`Stop trusting ${label}`} onPress={onRemove}>
        Remove
      </Button>
    </div>
  );
}
