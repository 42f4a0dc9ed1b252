import { memo, type ReactNode, useState } from "react";
import { AccountGlyph } from "@/components/AccountGlyph";
import { Button } from "@/components/Button";
import { Seconds } from "@/components/Seconds";
import {
  type AccountState,
  type AccountSync,
  useAccountStates,
  useRefreshAccounts,
  useStopWaiting,
  useSync,
} from "@/host/accountSync";
import { type Account, type AccountId, type Connector } from "@/host/bindings";
import { asOf } from "@/lib/time";
import { capital, count, sentence } from "@/lib/words";
import styles from "./AccountsLine.module.css";

type Props = { accounts: Account[]; connectors: Connector[]; onOpenAccount: (id: AccountId) => void };

const order: AccountState[] = ["signed_out", "failing", "slow"];

/**
 * How the hosted accounts are, in one line that is always there: nothing moves when one of them is slow.
 * What ails more than the first unfolds when asked for.
 */
export const AccountsLine = memo(function AccountsLine({ accounts, connectors, onOpenAccount }: Props) {
  const [all, setAll] = useState(false);
  const sync = useSync();
  const states = useAccountStates();
  const ailing = order.flatMap((state) =>
    accounts.filter((account) => states.get(account.id) === state).map((account) => ({ account, state })),
  );
  const shown = all ? ailing : ailing.slice(0, 1);
  const line = { connectors, onOpenAccount };
  return (
    <div className={styles.lines} role="group" aria-label="Accounts">
      {shown.map(({ account, state }, index) => (
        <Line key={account.id} account={account} state={state} sync={sync.accounts[account.id]} {...line}>
          {index === 0 && ailing.length > 1 && (
            <Button look="link" aria-expanded={all} onPress={() => setAll(!all)}>
              {all ? "Show less" : `${ailing.length - 1} more`}
            </Button>
          )}
        </Line>
      ))}
      {ailing.length === 0 && (
        <div className={styles.line}>
          <span className="text3 cut">
            {sync.problem ? `${capital(sync.problem.message)}. ` : `${count(accounts.length, "account")} up to date. `}
            <AsOf
              connectors={connectors.filter((connector) =>
                accounts.some((account) => account.id === connector.account),
              )}
            />
          </span>
        </div>
      )}
    </div>
  );
});

type LineProps = Omit<Props, "accounts"> & {
  account: Account;
  state: AccountState;
  sync: AccountSync | undefined;
  children: ReactNode;
};

function Line({ account, state, sync, connectors, onOpenAccount, children }: LineProps) {
  const refresh = useRefreshAccounts();
  const stopWaiting = useStopWaiting();
  const requestedAt = sync?.isDismissed ? null : (sync?.requestedAt ?? null);
  const problem = sync?.problem;
  const rows = connectors.filter((connector) => connector.account === account.id);
  return (
    <div className={styles.line}>
      <AccountGlyph state={state} />
      <span className={styles.words}>
        <span className="medium">{account.label}:</span>{" "}
        <span className="text2">
          {state === "slow" && requestedAt !== null ? (
            <>
              no response for <Seconds since={requestedAt} />.{" "}
            </>
          ) : state === "signed_out" ? (
            "signed out. "
          ) : (
            "couldn't load. "
          )}
          {problem && !(state === "slow" && requestedAt !== null) && `${sentence(problem.message)} `}
          <AsOf connectors={rows} />
        </span>
      </span>
      {problem && <span className={styles.code}>{problem.code}</span>}
      {children}
      <span className="grow" />
      {requestedAt !== null && state === "slow" ? (
        <Button look="link" onPress={() => stopWaiting(account.id)}>
          Stop
        </Button>
      ) : state === "slow" ? (
        <Button look="link" onPress={() => void refresh()}>
          Try again
        </Button>
      ) : (
        <Button look="link" onPress={() => onOpenAccount(account.id)}>
          {state === "signed_out" ? "Sign in" : "Open account"}
        </Button>
      )}
    </div>
  );
}

/** When the rows were last seen at their platform. */
function AsOf({ connectors }: { connectors: Connector[] }) {
  const latest = connectors
    .flatMap(({ status }) => (status.checkedAt === null ? [] : [status.checkedAt]))
    .sort()
    .at(-1);
  return latest === undefined ? null : <>Showing data from {asOf(latest)}</>;
}
