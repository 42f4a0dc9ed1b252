import { inertText } from "@/lib/inertText";
import styles from "./ConnectorPage.module.css";

/** What a certificate says of itself; empty facts are left out. */
export function CertificateRows({ rows }: { rows: [label: string, value: string][] }) {
  return (
    <dl className={styles.facts}>
      {rows
        .filter(([, value]) => value !== "")
        .map(([label, value]) => (
          <Row key={label} label={label} value={value} />
        ))}
    </dl>
  );
}

function Row({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd className={label === "SHA-256" ? "mono" : undefined} data-selectable>
        {inertText(value)}
      </dd>
    </>
  );
}
