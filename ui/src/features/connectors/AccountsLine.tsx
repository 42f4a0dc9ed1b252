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
import { allOf, capital, count, sentence } from "@/lib/words";
import styles from "./AccountsLine.module.css";

type Props = { accounts: Account[]; connectors: Connector[]; onOpenAccount: (id: AccountId) => void };

const order: AccountState[] = ["signed_out", "failing", "slow"];

/**
 * The state of the hosted accounts, in one line that is always there, so that nothing moves when an account is slow.
 * Problems of more than one account unfold on demand.
 */
export const AccountsLine = memo(function AccountsLine({ accounts, connectors, onOpenAccount }: Props) {
  const [showsAll, setShowsAll] = useState(false);
  const sync = useSync();
  const states = useAccountStates();
  const unhealthy = order.flatMap((state) =>
    accounts.filter((account) => states.get(account.id) === state).map((account) => ({ account, state })),
  );
  const unreachable = unhealthy.filter(({ account }) => isUnreachable(sync.accounts[account.id]));
  // Several unreachable accounts most likely have one cause: the network.
  const isOffline = unreachable.length > 1;
  const single = isOffline ? unhealthy.filter((one) => !unreachable.includes(one)) : unhealthy;
  const visible = isOffline ? 0 : 1;
  const shown = showsAll ? single : single.slice(0, visible);
  const fold = single.length > visible && (
    <Button look="link" aria-expanded={showsAll} onPress={() => setShowsAll(!showsAll)}>
      {showsAll ? "Show less" : `${single.length - visible} more`}
    </Button>
  );
  return (
    <div className={styles.lines} role="group" aria-label="Accounts">
      {isOffline && (
        <OfflineLine accounts={unreachable.map(({ account }) => account)} connectors={connectors}>
          {fold}
        </OfflineLine>
      )}
      {shown.map(({ account, state }, index) => (
        <Line
          key={account.id}
          account={account}
          state={state}
          sync={sync.accounts[account.id]}
          connectors={connectors}
          onOpenAccount={onOpenAccount}
        >
          {index === 0 && !isOffline && fold}
        </Line>
      ))}
      {unhealthy.length === 0 && (
        <div className={styles.line}>
          <span className="text3 cut">
            {sync.problem ? `${capital(sync.problem.message)}. ` : `${count(accounts.length, "account")} up to date. `}
            <AsOf connectors={connectors} accounts={accounts} />
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
  const isWaiting = state === "slow" && requestedAt !== null;
  const problem = sync?.problem;
  return (
    <div className={styles.line}>
      <AccountGlyph state={state} />
      <span className="cut">
        <span className="medium">{account.label}:</span>{" "}
        <span className="text2">
          {isWaiting ? (
            <>
              no response for <Seconds since={requestedAt} />.{" "}
            </>
          ) : state === "signed_out" ? (
            "signed out. "
          ) : (
            "couldn't load. "
          )}
          {problem && !isWaiting && `${sentence(problem.message)} `}
          <AsOf connectors={connectors} accounts={[account]} />
        </span>
      </span>
      {problem && <span className={styles.code}>{problem.code}</span>}
      {children}
      <span className="grow" />
      {isWaiting ? (
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

type OfflineProps = Pick<Props, "accounts" | "connectors"> & { children: ReactNode };

function OfflineLine({ accounts, connectors, children }: OfflineProps) {
  const refresh = useRefreshAccounts();
  return (
    <div className={styles.line}>
      <AccountGlyph state="failing" />
      <span className="cut" title={allOf(accounts.map(({ label }) => label))}>
        <span className="medium">Couldn't reach {count(accounts.length, "account")}.</span>{" "}
        <span className="text2">
          Check your network. <AsOf connectors={connectors} accounts={accounts} />
        </span>
      </span>
      <span className={styles.code}>network.unreachable</span>
      {children}
      <span className="grow" />
      <Button look="link" onPress={() => void refresh()}>
        Try again
      </Button>
    </div>
  );
}

function isUnreachable(sync: AccountSync | undefined): boolean {
  return sync?.problem?.code === "network.unreachable" || sync?.problem?.code === "network.dns";
}

/** When the connectors of these accounts were last loaded. */
function AsOf({ connectors, accounts }: Pick<Props, "connectors" | "accounts">) {
  const latest = connectors
    .filter((connector) => accounts.some((account) => account.id === connector.account))
    .flatMap(({ status }) => (status.checkedAt === null ? [] : [status.checkedAt]))
    .sort()
    .at(-1);
  return latest === undefined ? null : <>Showing data from {asOf(latest)}</>;
}
