import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { AccountGlyph } from "@/components/AccountGlyph";
import { accountLook } from "@/components/accountLook";
import { Button } from "@/components/Button";
import { PlatformTile } from "@/components/PlatformTile";
import { StatusGlyph } from "@/components/StatusGlyph";
import { useAccountStates } from "@/host/accountSync";
import { hasAccounts } from "@/host/platforms";
import { queries } from "@/host/queries";
import styles from "./AccountList.module.css";

type Props = {
  /** Shows icons with tooltips only. */
  collapsed: boolean;
  /** Why the vault is unavailable. */
  vault: string | null;
  onAdd: () => void;
};

/** The accounts in the sidebar, with an icon for those that have a problem. */
export function AccountList({ collapsed, vault, onAdd }: Props) {
  const { data: accounts } = useQuery(queries.accounts());
  const states = useAccountStates();
  const hosted = (accounts ?? []).filter(hasAccounts);
  return (
    <section aria-labelledby="accounts" className={styles.section} data-collapsed={collapsed || undefined}>
      <div className={styles.head}>
        <h2 id="accounts" className={styles.title}>
          Accounts
        </h2>
        <Button look="quiet" icon="plus" small label="Add account" onPress={onAdd} />
      </div>
      <ul className={styles.list} aria-label="Accounts">
        <li>
          <Link
            to="/connectors"
            search={{ account: "local" }}
            className={styles.account}
            activeOptions={{ includeSearch: true }}
            activeProps={{}}
            title={collapsed ? "This computer" : undefined}
          >
            <PlatformTile platform="local" />
            <span className={styles.words}>This computer</span>
            {vault && (
              <span className={styles.sign} title={vault}>
                <StatusGlyph name="signin" />
                <span className="unseen">, {vault.toLowerCase()}</span>
              </span>
            )}
          </Link>
        </li>
        {hosted.map(({ id, label, platform, colour }) => {
          const state = states.get(id) ?? "fine";
          const { word } = accountLook(state);
          return (
            <li key={id}>
              <Link
                to="/accounts/$id"
                params={{ id }}
                className={styles.account}
                activeOptions={{ includeSearch: false }}
                activeProps={{ "aria-current": "page" }}
                title={collapsed ? [label, state !== "fine" && word].filter(Boolean).join(", ") : undefined}
              >
                <PlatformTile platform={platform} colour={colour} />
                <span className={styles.words}>{label}</span>
                {state !== "fine" && (
                  <span className={styles.sign} title={collapsed ? undefined : word}>
                    <AccountGlyph state={state} />
                    <span className="unseen">, {word.toLowerCase()}</span>
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
