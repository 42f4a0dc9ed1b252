import { abilitiesOf, canCheck } from "@/components/abilities";
import { Button } from "@/components/Button";
import { statusLook } from "@/components/connectorStatus";
import { StatusGlyph } from "@/components/StatusGlyph";
import { type Connector } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { ago } from "@/lib/time";
import { sentence } from "@/lib/words";
import styles from "./ConnectorPage.module.css";
import { TrustCertificate } from "./TrustCertificate";

type Props = { connector: Connector; onCheck: () => void };

/** The last known status with its source and age, shown until a check has run. */
export function LastStatus({ connector, onCheck }: Props) {
  const now = useNow();
  const { status } = connector;
  const { glyph, word } = statusLook(connector);
  const checkable = canCheck(connector);
  // A sign-in or a run may have failed before the first check.
  const isKnown = status.checkedAt !== null || status.code !== null;
  return (
    <div className={styles.unchecked}>
      <StatusGlyph name={isKnown ? glyph : "unknown"} size={16} />
      <span className={styles.uncheckedWords}>
        <span className="medium">{isKnown ? `Last status: ${word}` : "Not checked yet"}</span>
        <span className="text2">
          {isKnown && status.reason && `${sentence(status.reason)} `}
          {status.checkedAt !== null && `${sourceWords(connector, status.checkedAt, now)} `}
          {!checkable
            ? "Turn it on to check it."
            : status.status === "needs_authorization"
              ? "Sign in to use it."
              : status.status === "failing"
                ? "Run a check to find what fails."
                : "Check now to see whether it works."}
        </span>
      </span>
      {status.code && <span className="mono text3 small">{status.code}</span>}
      <TrustCertificate connector={connector} code={status.code} onTrusted={onCheck} />
      {checkable && (
        <Button small icon="refresh-cw" onPress={onCheck}>
          Check now
        </Button>
      )}
    </div>
  );
}

/** A hosted status is reported by the account; a local one was seen by Patchbay itself. */
function sourceWords(connector: Connector, at: string, now: Date): string {
  return abilitiesOf(connector).reportsStatus
    ? `From ${connector.identity.account}, ${ago(at, now)}.`
    : `Seen ${ago(at, now)}.`;
}
