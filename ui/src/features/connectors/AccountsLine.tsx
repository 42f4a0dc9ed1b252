import { memo, type ReactNode, useState } from "react";
import { AccountGlyph } from "@/components/AccountGlyph";
import { Button } from "@/components/Button";
import { Seconds } from "@/components/Seconds";
import { useGo } from "@/components/useGo";
import {
  type AccountState,
  type AccountSync,
  useAccountStates,
  useRefreshAccounts,
  useStopWaiting,
  useSync,
} from "@/host/accountSync";
import { type Account, type Connector } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { asOf } from "@/lib/time";
import { allOf, capital, count, sentence } from "@/lib/words";
import styles from "./AccountsLine.module.css";

type Props = { accounts: Account[]; connectors: Connector[] };

const order: AccountState[] = ["signed_out", "failing", "slow"];

/**
 * The state of the hosted accounts, in one line that is always there, so that nothing moves when an account is slow.
 * Problems of more than one account unfold on demand.
 */
export const AccountsLine = memo(function AccountsLine({ accounts, connectors }: Props) {
  const [showsAll, setShowsAll] = useState(false);
  const sync = useSync();
  const states = useAccountStates();
  const refresh = useRefreshAccounts();
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
        <Line
          state="failing"
          title={allOf(unreachable.map(({ account }) => account.label))}
          code="network.unreachable"
          fold={fold}
          actionLabel="Try again"
          onAction={() => void refresh()}
        >
          <span className="medium">Couldn't reach {count(unreachable.length, "account")}.</span>{" "}
          <span className="text2">
            Check your network. <AsOf connectors={connectors} accounts={unreachable.map(({ account }) => account)} />
          </span>
        </Line>
      )}
      {shown.map(({ account, state }, index) => (
        <AccountLine
          key={account.id}
          account={account}
          state={state}
          fold={index === 0 && !isOffline && fold}
          connectors={connectors}
        />
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

type LineProps = {
  state: AccountState;
  title?: string;
  code: string | undefined;
  /** The button that unfolds the other lines. */
  fold: ReactNode;
  actionLabel: string;
  onAction: () => void;
  children: ReactNode;
};

function Line({ state, title, code, fold, actionLabel, onAction, children }: LineProps) {
  return (
    <div className={styles.line}>
      <AccountGlyph state={state} />
      <span className="cut" title={title}>
        {children}
      </span>
      {code && <span className={styles.code}>{code}</span>}
      {fold}
      <span className="grow" />
      <Button look="link" onPress={onAction}>
        {actionLabel}
      </Button>
    </div>
  );
}

type AccountProps = Omit<Props, "accounts"> & Pick<LineProps, "state" | "fold"> & { account: Account };

function AccountLine({ account, state, fold, connectors }: AccountProps) {
  const go = useGo();
  const sync = useSync().accounts[account.id];
  const refresh = useRefreshAccounts();
  const stopWaiting = useStopWaiting();
  const requestedAt = sync?.isDismissed ? null : (sync?.requestedAt ?? null);
  const isWaiting = state === "slow" && requestedAt !== null;
  const problem = sync?.problem;
  const action = isWaiting
    ? { actionLabel: "Stop", onAction: () => stopWaiting(account.id) }
    : state === "slow"
      ? { actionLabel: "Try again", onAction: () => void refresh() }
      : { actionLabel: state === "signed_out" ? "Sign in" : "Open account", onAction: () => go.account(account.id) };
  return (
    <Line state={state} code={problem?.code} fold={fold} {...action}>
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
    </Line>
  );
}

function isUnreachable(sync: AccountSync | undefined): boolean {
  return sync?.problem?.code === "network.unreachable" || sync?.problem?.code === "network.dns";
}

/** When the connectors of these accounts were last loaded. */
function AsOf({ connectors, accounts }: Pick<Props, "connectors" | "accounts">) {
  const now = useNow();
  const latest = connectors
    .filter((connector) => accounts.some((account) => account.id === connector.account))
    .flatMap(({ status }) => (status.checkedAt === null ? [] : [status.checkedAt]))
    .sort()
    .at(-1);
  return latest === undefined ? null : <>Showing data from {asOf(latest, now)}</>;
}
