import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { type ReactNode } from "react";
import { Button } from "@/components/Button";
import { ErrorNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { Skeleton } from "@/components/Skeleton";
import { Toolbar } from "@/components/Toolbar";
import { vaultFact } from "@/components/vaultLooks";
import { canUseVault, VaultNotice } from "@/components/VaultNotice";
import { useAccountStates } from "@/host/accountSync";
import { type Connector, type Need, type RunPage } from "@/host/bindings";
import { hasAccounts } from "@/host/platforms";
import { useCheckAll } from "@/host/useCheckAll";
import { queries } from "@/host/queries";
import { count, grouped } from "@/lib/words";
import { FirstLaunch, type StartHandlers } from "./FirstLaunch";
import styles from "./Home.module.css";
import { latestRuns } from "./latestRuns";
import { NeedList } from "./NeedList";
import { PasteBox } from "./PasteBox";
import { RecentRuns } from "./RecentRuns";
import { SideColumn } from "./SideColumn";
import { type NeedHandlers } from "./useNeedActions";

type Props = StartHandlers & Omit<NeedHandlers, "connectors">;

/** What needs attention, the latest runs, and a box to add a connector. */
export function HomePage(props: Props) {
  const { data: connectors, error, refetch } = useQuery(queries.connectors());
  const needs = useQuery(queries.needs());
  const runs = useQuery(latestRuns());
  const failure = error ?? needs.error;
  const isFirst = !failure && connectors?.length === 0 && needs.data?.length === 0 && runs.data?.runs.length === 0;
  // On the first launch, a tile has this shortcut.
  useShortcut(isFirst ? null : { keys: "connectors.add", run: () => props.onAdd() });
  if (isFirst) {
    return <FirstLaunch {...props} />;
  }
  const notice = <ErrorNotice error={failure} onRetry={() => void (error ? refetch() : needs.refetch())} />;
  if (!connectors || !needs.data || runs.isPending) {
    return (
      <>
        <Toolbar title="Home" />
        {failure ? <div className={styles.left}>{notice}</div> : <Skeleton label="Loading" rows={5} />}
      </>
    );
  }
  return <LoadedPage {...props} needs={needs.data} connectors={connectors} runs={runs} notice={notice} />;
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
        : `${grouped(healthy.length)} of ${count(hosted.length, "account")} up to date`}
    </span>
  );
}

type LoadedProps = Props & {
  needs: Need[];
  connectors: Connector[];
  runs: UseQueryResult<RunPage>;
  /** Why what is shown may be old. */
  notice: ReactNode;
};

function LoadedPage({ needs, connectors, runs, notice, ...props }: LoadedProps) {
  const checkAll = useCheckAll();
  const { data: vault } = useQuery(queries.vault());
  const unusable = vault && !canUseVault(vault) ? vault : null;
  return (
    <>
      <Toolbar title="Home">
        <Button look="quiet" icon="refresh-cw" isPending={checkAll.isPending} onPress={() => checkAll.mutate()}>
          Check all
        </Button>
        <Button icon="plus" keys="connectors.add" onPress={() => props.onAdd()}>
          Add connector
        </Button>
      </Toolbar>
      <div className={styles.page}>
        <div className={styles.columns}>
          <div className={styles.left}>
            <PasteBox onPaste={props.onAdd} />
            {notice}
            <ErrorNotice error={checkAll.error} onRetry={() => checkAll.mutate()} />
            {unusable && <VaultNotice vault={unusable} />}
            <NeedList {...props} needs={needs} isCalm={!unusable} connectors={connectors} />
            <RecentRuns runs={runs} />
          </div>
          <SideColumn connectors={connectors} needs={needs} />
        </div>
      </div>
      <StatusFacts>
        <span>{count(connectors.length, "connector")}</span>
        <AccountsFact />
        <span>
          {needs.length > 0
            ? `${grouped(needs.length)} ${needs.length === 1 ? "needs" : "need"} attention`
            : unusable
              ? vaultFact(unusable)
              : "All good"}
        </span>
      </StatusFacts>
    </>
  );
}
