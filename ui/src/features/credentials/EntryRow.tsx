import { ConnectorMark } from "@/components/ConnectorMark";
import { PlatformTile } from "@/components/PlatformTile";
import { StatusGlyph } from "@/components/StatusGlyph";
import { TwoLines } from "@/components/TwoLines";
import { type WalletEntry } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { age, exactTime } from "@/lib/time";
import { grouped, joinTexts } from "@/lib/words";
import styles from "./Credentials.module.css";
import { type SecretUsage, usageText } from "./useSecretUsage";
import { entryFacts, entryKind, expiryName, expiryWords } from "./walletWords";

type Props = { entry: WalletEntry; uses: SecretUsage };

export function EntryRow({ entry, uses }: Props) {
  const now = useNow();
  const expiry = expiryWords(entry, now);
  const bad = entry.needsAuthorization || expiry.startsWith("Expired");
  return (
    <>
      <span className="line">
        <ConnectorMark title={entry.name} />
        <TwoLines
          first={<span className="medium">{entry.name}</span>}
          second={
            uses.isRotating ? (
              <span className={styles.open} data-tone="warn">
                Rotation not finished
              </span>
            ) : (
              <span title={entry.resource ?? undefined}>{entryFacts(entry, now)}</span>
            )
          }
        />
      </span>
      <span className="text2 cut">{entryKind(entry)}</span>
      <span className={styles.uses}>
        {uses.platforms.map((platform) => (
          <PlatformTile key={platform} platform={platform} />
        ))}
        <span className="cut" title={uses.titles.join(", ")}>
          {places(uses)}
        </span>
      </span>
      <span className="text2" title={entry.lastUsedAt ? exactTime(entry.lastUsedAt) : undefined}>
        {entry.lastUsedAt ? age(entry.lastUsedAt, now) : "—"}
      </span>
      <span className={styles.expiry} data-bad={bad || undefined}>
        {bad && <StatusGlyph name="signin" />}
        <span className="cut">{expiry}</span>
      </span>
    </>
  );
}

function places({ titles, isKnown }: SecretUsage): string {
  if (titles.length === 0) return isKnown ? "Not used" : "—";
  return titles.length === 1 ? (titles[0] ?? "") : grouped(titles.length);
}

/** Accessible name of an entry's row. */
export function entryName(entry: WalletEntry, uses: SecretUsage, now: Date): string {
  return joinTexts(
    ", ",
    entry.name,
    entryKind(entry),
    (uses.isKnown || uses.titles.length > 0) && usageText(uses.titles.length),
    uses.isRotating && "Rotation not finished",
    expiryName(entry, now),
  );
}
