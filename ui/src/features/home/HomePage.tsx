import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { ProblemNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { Skeleton } from "@/components/Skeleton";
import { Toolbar } from "@/components/Toolbar";
import { canUseVault, VaultNotice } from "@/components/VaultNotice";
import { useAccountStates } from "@/host/accountSync";
import {
  type AccountId,
  type Connector,
  type ConnectorId,
  type Need,
  type RunId,
  type ToolRunSummary,
} from "@/host/bindings";
import { asProblem } from "@/host/call";
import { hasAccounts } from "@/host/platforms";
import { useCheckAll } from "@/host/useCheckAll";
import { queries } from "@/host/queries";
import { count } from "@/lib/words";
import { FirstLaunch } from "./FirstLaunch";
import styles from "./Home.module.css";
import { latestRuns } from "./latestRuns";
import { NeedList } from "./NeedList";
import { PasteBox } from "./PasteBox";
import { RecentRuns } from "./RecentRuns";
import { SideColumn } from "./SideColumn";

type Props = {
  onAdd: (address?: string) => void;
  onSignIn: (connector: Connector) => void;
  onOpenConnector: (id: ConnectorId, tab?: "overview" | "tools" | "credentials" | "settings") => void;
  onCheck: (id: ConnectorId) => void;
  onAddAccount: () => void;
  onOpenAccount: (id: AccountId) => void;
  onOpenRun: (id: RunId) => void;
  onOpenRuns: () => void;
  onOpenCatalogue: () => void;
  onOpenCredentials: () => void;
  onOpenSettings: () => void;
};

/** What needs attention, the latest runs, and a box to add a connector. */
export function HomePage(props: Props) {
  const { data: connectors, error, refetch } = useQuery(queries.connectors());
  const needs = useQuery(queries.needs());
  const { data: runs, isPending: isWaiting } = useQuery(latestRuns());
  const failure = error ?? needs.error;
  const isFirst = !failure && !isWaiting && connectors?.length === 0 && needs.data?.length === 0 && !runs?.runs.length;
  // On the first launch, a tile has this shortcut.
  useShortcut(isFirst ? null : { keys: "connectors.add", run: () => props.onAdd() });
  if (isFirst) {
    return (
      <FirstLaunch
        onAdd={props.onAdd}
        onOpenCatalogue={props.onOpenCatalogue}
        onAddAccount={props.onAddAccount}
        onOpenSettings={props.onOpenSettings}
      />
    );
  }
  if (failure || !connectors || !needs.data || isWaiting) {
    return (
      <>
        <Toolbar title="Home" />
        {failure ? (
          <div className={styles.left}>
            <ProblemNotice problem={asProblem(failure)} onRetry={() => void (error ? refetch() : needs.refetch())} />
          </div>
        ) : (
          <Skeleton label="Loading" rows={5} />
        )}
      </>
    );
  }
  return <LoadedPage {...props} needs={needs.data} connectors={connectors} runs={runs?.runs ?? []} />;
}

/** How many of the hosted accounts are up to date. */
function AccountsFact() {
  const { data: accounts = [] } = useQuery(queries.accounts());
  const states = useAccountStates();
  const hosted = accounts.filter(hasAccounts);
  const healthy = hosted.filter((one) => (states.get(one.id) ?? "fine") === "fine");
  if (hosted.length === 0) return null;
  return (
    <span>
      {healthy.length === hosted.length
        ? `${count(hosted.length, "account")} up to date`
        : `${healthy.length} of ${count(hosted.length, "account")} up to date`}
    </span>
  );
}

function LoadedPage({
  needs,
  connectors,
  runs,
  ...props
}: Props & { needs: Need[]; connectors: Connector[]; runs: ToolRunSummary[] }) {
  const { onAdd, onSignIn, onOpenConnector, onCheck, onOpenAccount, onOpenRun, onOpenRuns, onOpenCredentials } = props;
  const checkAll = useCheckAll();
  const { data: vault } = useQuery(queries.vault());
  const unusable = vault && !canUseVault(vault) ? vault : null;
  return (
    <>
      <Toolbar title="Home">
        <Button look="quiet" icon="refresh-cw" isPending={checkAll.isPending} onPress={() => checkAll.mutate()}>
          Check all
        </Button>
        <Button icon="plus" keys="connectors.add" onPress={() => onAdd()}>
          Add connector
        </Button>
      </Toolbar>
      <div className={styles.page}>
        <div className={styles.columns}>
          <div className={styles.left}>
            <PasteBox onPaste={onAdd} />
            {checkAll.error && <ProblemNotice problem={asProblem(checkAll.error)} onRetry={() => checkAll.mutate()} />}
            {unusable && <VaultNotice vault={unusable} />}
            <NeedList
              needs={needs}
              isCalm={!unusable}
              connectors={connectors}
              onSignIn={onSignIn}
              onOpen={onOpenConnector}
              onCheck={onCheck}
              onOpenAccount={onOpenAccount}
              onOpenCredentials={onOpenCredentials}
            />
            <RecentRuns runs={runs} onOpen={onOpenRun} onAll={onOpenRuns} />
          </div>
          <SideColumn connectors={connectors} needs={needs} />
        </div>
      </div>
      <StatusFacts>
        <span>{count(connectors.length, "connector")}</span>
        <AccountsFact />
        <span>
          {needs.length > 0
            ? `${needs.length} ${needs.length === 1 ? "needs" : "need"} attention`
            : unusable
              ? "Vault can't be used"
              : "All good"}
        </span>
      </StatusFacts>
    </>
  );
}
