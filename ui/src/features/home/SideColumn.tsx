import { useQuery } from "@tanstack/react-query";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { statusLook } from "@/components/connectorStatus";
import { PlatformTile } from "@/components/PlatformTile";
import { type GlyphName, StatusGlyph } from "@/components/StatusGlyph";
import { type Connector, type VaultStatus } from "@/host/bindings";
import { queries } from "@/host/queries";
import { timeLeft } from "@/lib/time";
import styles from "./Home.module.css";

const week = 7 * 24 * 60 * 60 * 1000;

type Props = { connectors: Connector[]; onOpenCredentials: () => void };

/** Beside the page: what lapses soon, the vault, the account. */
export function SideColumn({ connectors, onOpenCredentials }: Props) {
  const { data: wallet = [], dataUpdatedAt } = useQuery(queries.wallet());
  const { data: vault } = useQuery(queries.vault());
  const lapsing = wallet.filter((entry) => entry.expiresAt && !entry.renews && new Date(entry.expiresAt).getTime() - dataUpdatedAt < week);
  const isLocal = connectors.every((one) => one.remoteId === null);
  const states = [...new Map(connectors.map((one) => [statusLook(one).word, statusLook(one)])).values()];
  return (
    <aside className={styles.side} aria-label="At a glance">
      {lapsing.length > 0 && (
        <section>
          <h2 className={styles.head}>Lapsing</h2>
          <ul className={styles.lines}>
            {lapsing.map((entry) => (
              <li key={entry.id}>
                <StatusGlyph name="signin" />
                <span className="cut grow">{entry.name}</span>
                <span className="text2">{entry.expiresAt && timeLeft(entry.expiresAt)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <div className={styles.head}>
          {isLocal && <PlatformTile platform="local" />}
          <h2>{isLocal ? "This computer" : "Connectors"}</h2>
          <span className="grow" />
          <span className="text3">{connectors.length}</span>
        </div>
        <ul className={styles.lines}>
          {states.map(({ glyph, word }) => (
            <li key={word}>
              <StatusGlyph name={glyph} />
              <span className="grow">{word}</span>
              <span className="text2">{connectors.filter((one) => statusLook(one).word === word).length}</span>
            </li>
          ))}
        </ul>
      </section>
      {vault && (
        <section>
          <div className={styles.head}>
            <h2>Vault</h2>
            <span className="grow" />
            <Badge glyph={vaultGlyph(vault)}>{vaultWord(vault)}</Badge>
          </div>
          <ul className={styles.lines}>
            <li><span className="grow text2">Protected by</span><span>{vault.backend === "keychain" ? "keychain" : vault.backend === "passphrase" ? "passphrase" : "nothing yet"}</span></li>
            <li><span className="grow text2">Saved</span><span>{wallet.length}</span></li>
          </ul>
          {(vault.state === "locked" || vault.state === "unavailable") && (
            <Button onPress={onOpenCredentials}>{vault.state === "locked" ? "Unlock the vault" : "See why"}</Button>
          )}
        </section>
      )}
    </aside>
  );
}

function vaultGlyph(vault: VaultStatus): GlyphName {
  const glyphs: Record<VaultStatus["state"], GlyphName> = { ready: "ready", empty: "todo", locked: "signin", unavailable: "failing" };
  return glyphs[vault.state];
}

function vaultWord(vault: VaultStatus): string {
  const words: Record<VaultStatus["state"], string> = { ready: "Open", empty: "Empty", locked: "Locked", unavailable: "Not readable" };
  return words[vault.state];
}
