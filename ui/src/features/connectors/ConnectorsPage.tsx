import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { Menu } from "@/components/Menu";
import { ErrorNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { Skeleton } from "@/components/Skeleton";
import { Toolbar } from "@/components/Toolbar";
import { type StartSignIn } from "@/components/signInStart";
import { useRefreshAccounts, useRefreshOnOpen, useSync } from "@/host/accountSync";
import { type AccountId } from "@/host/bindings";
import { hasAccounts } from "@/host/platforms";
import { queries } from "@/host/queries";
import { AccountsLine } from "./AccountsLine";
import { ConnectorList } from "./ConnectorList";
import styles from "./Connectors.module.css";
import { useCheckAll } from "@/host/useCheckAll";

type Props = {
  /** Account whose connectors are shown; `null` for all. */
  account: AccountId | null;
  onAccount: (id: AccountId | null) => void;
  onAdd: () => void;
  onSignIn: StartSignIn;
};

/** Every connector in one list: status, identity, and next action. */
export function ConnectorsPage({ onAdd, ...list }: Props) {
  const { data: all, error, refetch } = useQuery(queries.connectors());
  const { data: preferences } = useQuery(queries.preferences());
  // A long list takes a moment to load. Its first rows, in the default order, are shown before.
  const isDefaultView =
    list.account === null &&
    (preferences?.connectorGroup ?? "status") === "status" &&
    (preferences?.connectorSort ?? "name") === "name";
  const { data: first } = useQuery({ ...queries.firstConnectors(), enabled: all === undefined });
  const connectors = all ?? (isDefaultView ? first?.connectors : undefined);
  const { data: accounts, isPending: isWaiting } = useQuery(queries.accounts());
  const hosted = accounts?.some(hasAccounts) ?? false;
  const checkAll = useCheckAll();
  const { running } = useSync();
  const refresh = useRefreshAccounts();
  useRefreshOnOpen();
  useShortcut({ keys: "connectors.add", run: onAdd });
  useShortcut(hosted ? { keys: "connectors.refresh", run: () => void refresh() } : null);
  return (
    <>
      <Toolbar title="Connectors" count={all?.length ?? first?.total}>
        {isWaiting ? null : hosted ? (
          <>
            <Button
              look="quiet"
              icon="rotate-cw"
              keys="connectors.refresh"
              isPending={running}
              onPress={() => void refresh()}
            >
              {running ? "Refreshing" : "Refresh"}
            </Button>
            <Menu
              label="More actions"
              trigger={<Button look="quiet" icon="ellipsis" label="More actions" />}
              actions={[
                {
                  id: "check",
                  label: "Check every connection",
                  icon: "refresh-cw",
                  isDisabled: !connectors?.length || checkAll.isPending,
                  onAction: () => checkAll.mutate(),
                },
              ]}
            />
          </>
        ) : (
          <Button
            look="quiet"
            icon="refresh-cw"
            isPending={checkAll.isPending}
            isDisabled={!connectors?.length}
            onPress={() => checkAll.mutate()}
          >
            Check all
          </Button>
        )}
        <Button look="primary" icon="plus" keys="connectors.add" onPress={onAdd}>
          Add connector
        </Button>
      </Toolbar>
      <ErrorNotice
        className={styles.notice}
        error={checkAll.error ?? error}
        onRetry={() => (error ? void refetch() : checkAll.mutate())}
      />
      {(!connectors || isWaiting) && !error && <Skeleton label="Loading connectors" rows={8} />}
      {connectors?.length === 0 && accounts && hosted && (
        <AccountsLine accounts={accounts.filter(hasAccounts)} connectors={connectors} />
      )}
      {connectors?.length === 0 && !isWaiting && (
        <EmptyState
          icon="cable"
          title="No connectors yet"
          action={
            <Button icon="plus" onPress={onAdd}>
              Add connector
            </Button>
          }
        >
          Paste the address of an MCP server to get started.
        </EmptyState>
      )}
      {connectors && connectors.length > 0 && !isWaiting && (
        <ConnectorList connectors={connectors} isWhole={all !== undefined} {...list} />
      )}
    </>
  );
}
