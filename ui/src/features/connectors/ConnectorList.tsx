import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { isInProgress } from "@/components/connectorStatus";
import { nextActionKeys, nextActionLabels, runAction } from "@/components/nextAction";
import { NoMatches } from "@/components/NoMatches";
import { ErrorNotice } from "@/components/ProblemNotice";
import { type Shortcut, useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { useGo } from "@/components/useGo";
import { VirtualList } from "@/components/VirtualList";
import { type StartSignIn } from "@/components/signInStart";
import { useAccountStates } from "@/host/accountSync";
import { type Account, type AccountId, type Connector, type ConnectorId, type NextAction } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { hasAccounts } from "@/host/platforms";
import { queries } from "@/host/queries";
import { lastError } from "@/host/useCommand";
import { count, grouped } from "@/lib/words";
import { AccountsLine } from "./AccountsLine";
import { BulkBar } from "./BulkBar";
import { ConnectorFilters } from "./ConnectorFilters";
import { ConnectorRow, rowName } from "./ConnectorRow";
import styles from "./Connectors.module.css";
import { DeleteConnectorDialog } from "./DeleteConnectorDialog";
import { GroupHead } from "./GroupHead";
import { countOf, type Filters, noChoices, offeredChoices } from "./groups";
import { PeekConnector } from "./PeekConnector";
import { useCheckConnector, useEnableConnector, useRemovalError, useRemoveConnector } from "./useConnectorActions";
import { useGroups } from "./useGroups";
import { useSelection } from "./useSelection";

type Props = {
  connectors: Connector[];
  /** False while only the first connectors are loaded; nothing is counted then. */
  isWhole: boolean;
  account: AccountId | null;
  onAccount: (id: AccountId | null) => void;
  onSignIn: StartSignIn;
};

// Kept while a connector's page is open: the row that shortcuts act on, and the filters.
const activeRow = stateKey<ConnectorId | null>(null, "active-connector");
const filterText = stateKey("", "connectors-filter");
const filterChoices = stateKey(noChoices, "connectors-choices");

const idOf = ({ id }: Connector) => id;
const noAccounts: Account[] = [];

/** The list of connectors with its filters, the state of the accounts, and the shortcuts of the active row. */
export function ConnectorList({ connectors, isWhole, account, onAccount, onSignIn }: Props) {
  const go = useGo();
  const [text, setText] = useClientState(filterText);
  const [otherChoices, setOtherChoices] = useClientState(filterChoices);
  const [activeId, setActiveId] = useClientState(activeRow);
  const [deleting, setDeleting] = useState<Connector | null>(null);
  const [isPreviewOpen, setPreviewOpen] = useState(false);
  const filterField = useRef<HTMLInputElement>(null);
  const { data: preferences } = useQuery(queries.preferences());
  const { data: accounts = noAccounts } = useQuery(queries.accounts());
  const { data: authorizations } = useQuery(queries.authorizations());
  const states = useAccountStates();
  const check = useCheckConnector();
  const remove = useRemoveConnector();
  const removalError = useRemovalError();
  const turnOn = useEnableConnector();

  // The account is part of the URL, so that other pages can link to it; the other filters are not.
  const choices = useMemo(() => {
    const chosen = { ...otherChoices, account };
    return isWhole ? offeredChoices(chosen, connectors, accounts) : chosen;
  }, [otherChoices, account, isWhole, connectors, accounts]);
  const changeFilters = useCallback(
    ({ account: nextAccount, text: nextText, ...changes }: Partial<Filters>) => {
      if (nextAccount !== undefined) onAccount(nextAccount);
      if (nextText !== undefined) setText(nextText);
      else setOtherChoices((before) => ({ ...before, ...changes }));
    },
    [onAccount, setText, setOtherChoices],
  );
  const clearFilters = () => {
    changeFilters({ text: "" });
    changeFilters(noChoices);
  };
  const hosted = useMemo(() => accounts.filter(hasAccounts), [accounts]);
  const group = preferences?.connectorGroup ?? "status";
  const sort = preferences?.connectorSort ?? "name";
  const view = useMemo(() => ({ group, sort }), [group, sort]);
  const { groups, regroup } = useGroups(connectors, { ...view, accounts, text, choices });
  const sections = useMemo(
    () =>
      groups.map(({ key, title, rows }) => ({
        key,
        head:
          title === "" ? undefined : (
            <GroupHead
              title={title}
              number={isWhole ? countOf(key, rows) : undefined}
              account={view.group === "account" ? accounts.find((one) => one.id === key) : undefined}
              state={states.get(key)}
            />
          ),
        rows,
      })),
    [groups, isWhole, view, accounts, states],
  );
  const order = useMemo(() => groups.flatMap((group) => group.rows), [groups]);
  const current = activeId === null ? undefined : order.find((one) => one.id === activeId);

  const selection = useSelection(order, onSignIn);
  const startAction = (action: NextAction, connector: Connector) => {
    selection.forgetOutcome(connector.id);
    runAction(action, connector, { onSignIn, onOpen: go.connector, onTurnOn: turnOn.mutate, onCheck: check.mutate });
  };
  const activateNeighbour = (removed: Connector) => {
    const at = order.findIndex((one) => one.id === removed.id);
    const neighbour = (order[at + 1] ?? order[at - 1])?.id ?? null;
    // Another one may have been chosen while it was being deleted.
    setActiveId((now) => (now === removed.id ? neighbour : now));
  };
  const removeCurrent = () => {
    if (!current) return;
    if (abilitiesOf(current).deletesForGood) return setDeleting(current);
    activateNeighbour(current);
    remove.mutate(current);
  };

  const colourOf = (connector: Connector) => accounts.find((one) => one.id === connector.account)?.colour;

  const isSelecting = selection.connectors.length > 0;
  const toggleSelected = (connector: Connector) => {
    setActiveId(connector.id);
    selection.toggle(connector.id);
  };

  useShortcut({ keys: "list.filter", inBar: true, run: () => filterField.current?.focus() });
  // While rows are selected, these shortcuts apply to the selection.
  const single = isSelecting ? undefined : current;
  useRowShortcut(single, (row) => ({
    keys: "list.delete",
    label: abilitiesOf(row).deletesForGood ? "Delete" : "Remove",
    run: removeCurrent,
  }));
  useRowShortcut(single, (row) => ({ keys: "connectors.check", run: () => startAction("doctor", row) }));
  useRowShortcut(single, (row) => {
    const action = row.nextAction;
    if (!action || nextActionKeys[action] !== "connectors.connect") return null;
    return { keys: "connectors.connect", label: nextActionLabels[action], run: () => startAction(action, row) };
  });
  useRowShortcut(current, ({ id }) => ({
    keys: "list.select",
    label: selection.ids.has(id) ? "Deselect" : "Select",
    run: () => selection.toggle(id),
  }));
  useRowShortcut(current, () => ({
    keys: "Space",
    label: isPreviewOpen ? "Close" : "Preview",
    run: () => setPreviewOpen(!isPreviewOpen),
  }));
  useShortcut(
    isPreviewOpen && !isSelecting ? { keys: "Escape", label: "Close preview", run: () => setPreviewOpen(false) } : null,
  );
  useShortcut({ keys: "list.selectAll", run: selection.selectAll });
  const problem = removalError ?? lastError(turnOn, check);

  return (
    <div className={styles.page}>
      <ConnectorFilters
        ref={filterField}
        connectors={connectors}
        isWhole={isWhole}
        accounts={accounts}
        text={text}
        choices={choices}
        onChange={changeFilters}
        view={view}
        onRegroup={regroup}
      />
      {hosted.length > 0 && <AccountsLine accounts={hosted} connectors={connectors} />}
      <ErrorNotice className={styles.notice} error={problem} />
      <div className={styles.beside}>
        <div className={styles.rows}>
          {isSelecting ? (
            <BulkBar selection={selection} />
          ) : (
            <div className={styles.heads} aria-hidden="true">
              <span>Name</span>
              <span>Status</span>
              <span>Account</span>
              <span className={styles.tools}>Tools</span>
              <span className={styles.lastOk}>Last success</span>
              <span />
            </div>
          )}
          {order.length === 0 ? (
            <NoMatches title="No matching connectors" onClear={clearFilters} />
          ) : (
            <VirtualList
              label="Connectors"
              sections={sections}
              keyOf={idOf}
              nameOf={(connector) =>
                [rowName(connector), selection.outcomeOf(connector)?.words].filter(Boolean).join(", ")
              }
              columnsClass={styles.columns}
              selected={activeId}
              onSelect={setActiveId}
              onOpen={(connector) => go.connector(connector.id)}
              marked={selection.ids}
              onExtend={selection.extend}
              hasMenu
              autoFocus
              renderRow={(connector, isSelected) => (
                <ConnectorRow
                  connector={connector}
                  isActive={isSelected}
                  isStale={(states.get(connector.account) ?? "fine") !== "fine"}
                  authorization={authorizations?.find(
                    (one) => one.connector === connector.id && isInProgress(one.state),
                  )}
                  colour={colourOf(connector)}
                  isSelected={selection.ids.has(connector.id)}
                  isSelecting={isSelecting}
                  outcome={selection.outcomeOf(connector)}
                  onToggleSelected={toggleSelected}
                  onNextAction={startAction}
                />
              )}
            />
          )}
        </div>
        {isPreviewOpen && current && (
          <PeekConnector
            key={current.id}
            connector={current}
            colour={colourOf(current)}
            isSelecting={isSelecting}
            onNextAction={startAction}
            onClose={() => setPreviewOpen(false)}
          />
        )}
      </div>
      {deleting && (
        <DeleteConnectorDialog
          connector={deleting}
          onClose={() => setDeleting(null)}
          onDeleted={(deleted) => {
            activateNeighbour(deleted);
            setDeleting((now) => (now?.id === deleted.id ? null : now));
          }}
        />
      )}
      <StatusFacts>
        {isSelecting && <span>{grouped(selection.connectors.length)} selected</span>}
        {isWhole && (
          <span>
            {count(order.length, "connector")}
            {order.length === connectors.length ? "" : ` of ${grouped(connectors.length)}`}
          </span>
        )}
        {current?.status.code && <span className="mono">{current.status.code}</span>}
      </StatusFacts>
    </div>
  );
}

type RowShortcut = Pick<Shortcut, "keys" | "label" | "run">;

/** Registers a shortcut for a row, if there is one. */
function useRowShortcut(row: Connector | undefined, shortcutOf: (row: Connector) => RowShortcut | null): void {
  const shortcut = row ? shortcutOf(row) : null;
  useShortcut(shortcut && { ...shortcut, inBar: true, ofRow: true });
}
