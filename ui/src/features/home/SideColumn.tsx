import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { AccountGlyph } from "@/components/AccountGlyph";
import { accountLook } from "@/components/accountLook";
import { Badge } from "@/components/Badge";
import { statusLook } from "@/components/connectorStatus";
import { PlatformTile } from "@/components/PlatformTile";
import { StatusGlyph } from "@/components/StatusGlyph";
import { vaultLooks } from "@/components/vaultLooks";
import { useAccountStates } from "@/host/accountSync";
import { type Account, type Connector, type Need } from "@/host/bindings";
import { hasAccounts } from "@/host/platforms";
import { queries } from "@/host/queries";
import { grouped } from "@/lib/words";
import styles from "./Home.module.css";
import { ExpiringSoon } from "./ExpiringSoon";

type Props = { connectors: Connector[]; needs: Need[] };

/** What expires soon, and an overview of connectors, accounts and vault. */
export function SideColumn({ connectors, needs }: Props) {
  const { data: wallet } = useQuery(queries.wallet());
  const { data: vault } = useQuery(queries.vault());
  const { data: accounts = [] } = useQuery(queries.accounts());
  const isLocal = connectors.every((one) => !hasAccounts(one.identity));
  const states = useMemo(() => countByKind(connectors, (one) => statusLook(one).word), [connectors]);
  return (
    <aside className={styles.side} aria-label="At a glance">
      <ExpiringSoon needs={needs} accounts={accounts} />
      <section>
        <div className={styles.head}>
          {isLocal && <PlatformTile platform="local" />}
          <h2>{isLocal ? "This computer" : "Connectors"}</h2>
          <span className="grow" />
          <span className="text3">{grouped(connectors.length)}</span>
        </div>
        <ul className={styles.lines}>
          {states.map(([word, { first, number }]) => (
            <li key={word}>
              <span className={styles.sign}>
                <StatusGlyph name={statusLook(first).glyph} />
              </span>
              <span className="grow">{word}</span>
              <span className="text2">{grouped(number)}</span>
            </li>
          ))}
        </ul>
      </section>
      {accounts.length > 1 && <Accounts accounts={accounts} connectors={connectors} />}
      {vault && (
        <section>
          <div className={styles.head}>
            <h2>Vault</h2>
            <span className="grow" />
            <Badge glyph={vaultLooks[vault.state].glyph}>{vaultLooks[vault.state].word}</Badge>
          </div>
          <ul className={styles.lines}>
            <li>
              <span className="grow text2">Protected by</span>
              <span>
                {vault.backend === "keychain" ? "System keychain" : vault.backend === "passphrase" ? "Passphrase" : "—"}
              </span>
            </li>
            <li>
              <span className="grow text2">Saved credentials</span>
              <span>{wallet ? grouped(wallet.length) : "—"}</span>
            </li>
          </ul>
        </section>
      )}
    </aside>
  );
}

/** Each account with its number of connectors, and its state unless it is fine. */
function Accounts({ accounts, connectors }: { accounts: Account[]; connectors: Connector[] }) {
  const states = useAccountStates();
  const numbers = useMemo(() => new Map(countByKind(connectors, (one) => one.account)), [connectors]);
  return (
    <section>
      <h2 className={styles.head}>Accounts</h2>
      <ul className={styles.lines}>
        {accounts.map(({ id, label, platform, colour }) => {
          const state = states.get(id) ?? "fine";
          return (
            <li key={id}>
              <PlatformTile platform={platform} colour={colour} />
              <span className="cut" title={label}>
                {label}
              </span>
              <span className="grow" />
              {state !== "fine" && (
                <>
                  <AccountGlyph state={state} />
                  <span className="text2">{accountLook(state).word.toLowerCase()}</span>
                </>
              )}
              <span className={styles.tally}>{grouped(numbers.get(id)?.number ?? 0)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Counts connectors by kind, in the order of first occurrence. */
function countByKind(
  connectors: Connector[],
  kindOf: (connector: Connector) => string,
): [kind: string, { first: Connector; number: number }][] {
  const kinds = new Map<string, { first: Connector; number: number }>();
  for (const one of connectors) {
    const kind = kindOf(one);
    const known = kinds.get(kind);
    if (known) known.number += 1;
    else kinds.set(kind, { first: one, number: 1 });
  }
  return [...kinds];
}
