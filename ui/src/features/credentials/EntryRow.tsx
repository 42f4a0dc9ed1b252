import { ConnectorMark } from "@/components/ConnectorMark";
import { StatusGlyph } from "@/components/StatusGlyph";
import { TwoLines } from "@/components/TwoLines";
import { type WalletEntry } from "@/host/bindings";
import { age, exactTime } from "@/lib/time";
import { count } from "@/lib/words";
import { entryFacts, expiryWords, kindWords } from "./walletWords";
import styles from "./Credentials.module.css";

/** The cells of one wallet entry. */
export function EntryRow({ entry }: { entry: WalletEntry }) {
  const expiry = expiryWords(entry);
  const bad = entry.needsAuthorization || expiry === "lapsed";
  return (
    <>
      <span className="line">
        <ConnectorMark title={entry.name} />
        <TwoLines first={<span className="medium">{entry.name}</span>} second={<span title={entry.resource ?? undefined}>{entryFacts(entry)}</span>} />
      </span>
      <span className="text2">{entry.reference ? "Reference" : kindWords[entry.kind]}</span>
      <span className="line text2">
        {entry.usedBy.length === 0 ? "unused" : <span className="cut" title={entry.usedBy.map((user) => user.title).join(", ")}>{users(entry)}</span>}
      </span>
      <span className="text2" title={entry.lastUsedAt ? exactTime(entry.lastUsedAt) : undefined}>{entry.lastUsedAt ? age(entry.lastUsedAt) : "—"}</span>
      <span className={styles.expiry}>
        {bad && <StatusGlyph name="signin" />}
        <span className="cut">{expiry}</span>
      </span>
    </>
  );
}

function users(entry: WalletEntry): string {
  const [only, second] = entry.usedBy;
  return only && !second ? only.title : count(entry.usedBy.length, "connector");
}

/** What assistive technology reads of an entry. */
export function entryName(entry: WalletEntry): string {
  return `${entry.name}, ${kindWords[entry.kind]}, used by ${count(entry.usedBy.length, "connector")}, expires ${expiryWords(entry)}`;
}
