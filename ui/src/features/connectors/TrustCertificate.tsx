import { useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { Button } from "@/components/Button";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { Code, Fact } from "@/components/Fact";
import { ErrorNotice } from "@/components/ProblemNotice";
import { commands, type Connector, type Problem, type UntrustedCertificate } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { useNow } from "@/host/clock";
import { upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";
import { expires } from "@/lib/time";
import { sentence } from "@/lib/words";
import styles from "./ConnectorPage.module.css";

type Props = { connector: Connector; code: Problem["code"] | null; onTrusted: () => void };

/** A button that shows the certificate a connection failed on, so that it can be trusted. */
export function TrustCertificate({ connector, code, onTrusted }: Props) {
  const [shown, setShown] = useState<UntrustedCertificate | null>(null);
  const find = useCommand({
    command: () => commands.findUntrustedCertificate(connector.id),
    toast: (found) => (found ? null : "No certificate needs to be trusted"),
  });
  if (code !== "network.tls" || connector.command || !abilitiesOf(connector).configuredHere) return null;
  return (
    <>
      <Button
        small
        look="primary"
        isPending={find.isPending}
        onPress={() => find.mutate(undefined, { onSuccess: setShown })}
      >
        View certificate…
      </Button>
      {find.error && <span className="text2 small">{sentence(asProblem(find.error).message)}</span>}
      {shown && (
        <TrustDialog
          connector={connector}
          certificate={shown}
          onClose={() => setShown(null)}
          onTrusted={() => {
            setShown(null);
            onTrusted();
          }}
        />
      )}
    </>
  );
}

type DialogProps = {
  connector: Connector;
  certificate: UntrustedCertificate;
  onClose: () => void;
  onTrusted: () => void;
};

function TrustDialog({ connector, certificate, onClose, onTrusted }: DialogProps) {
  const now = useNow();
  const trust = useCommand({
    command: (sha256: string) => commands.trustCertificate(connector.id, sha256),
    update: upsertConnector,
    toast: () => "Certificate trusted",
    // Not only while this is shown: the news of the trusted certificate may come first, and close it.
    onSuccess: onTrusted,
  });
  const { place, reason, facts } = certificate;
  const submit = () => trust.mutate(facts.sha256);
  return (
    <ConfirmDialog
      title={`Trust the certificate of ${place}?`}
      notice={trust.error && <ErrorNotice error={trust.error} />}
      confirmLabel="Trust certificate"
      isPending={trust.isPending}
      onConfirm={submit}
      onClose={onClose}
    >
      <p>
        Your system doesn't trust it: {reason}. Someone on the network may be posing as this server, and would get
        everything that {connector.title} sends.
      </p>
      <p>Trust it only if the server's operator has the same fingerprint.</p>
      <dl className={styles.facts}>
        <Fact name="SHA-256">
          <Code>{facts.sha256}</Code>
        </Fact>
        <Fact name="Subject">{facts.subject}</Fact>
        <Fact name="Issuer">{facts.issuer}</Fact>
        <Fact name="Expires">{facts.expiresAt && expires(facts.expiresAt, now)}</Fact>
      </dl>
      <p className="text2">
        Patchbay accepts it from this host and port only, and only for {connector.title}. If the certificate changes,
        Patchbay asks again.
      </p>
    </ConfirmDialog>
  );
}
