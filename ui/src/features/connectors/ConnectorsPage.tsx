import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useAppearance } from "@/components/AppearanceContext";
import { Button } from "@/components/Button";
import { Chips } from "@/components/Chips";
import { isUnderWay, needsYou, type Remedy, remedyLabels, remedyOf } from "@/components/connectorStatus";
import { EmptyState } from "@/components/EmptyState";
import { Field } from "@/components/Field";
import { ProblemNotice } from "@/components/ProblemNotice";
import { SegmentedControl } from "@/components/SegmentedControl";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { StillShapes } from "@/components/StillShapes";
import { Toolbar } from "@/components/Toolbar";
import { VirtualList } from "@/components/VirtualList";
import { type Connector, type ConnectorId } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { useChangePreferences } from "@/host/preferences";
import { queries } from "@/host/queries";
import { count } from "@/lib/words";
import { ConnectorRow, rowName } from "./ConnectorRow";
import styles from "./Connectors.module.css";
import { type Chip, groupOrder, passesChip, passesFilter } from "./groups";
import { useCheckAll, useCheckConnector, useRemoveConnector, useTurnOn } from "./useConnectorActions";
import { useFrozenGroups } from "./useFrozenGroups";

type Props = {
  onAdd: () => void;
  onOpen: (id: ConnectorId, tab?: "overview" | "settings") => void;
  onSignIn: (connector: Connector) => void;
};

/** Every connector in one list: how it is, as whom, and what to do about it. */
export function ConnectorsPage({ onAdd, onOpen, onSignIn }: Props) {
  const { data: connectors, error, refetch } = useQuery(queries.connectors());
  const checkAll = useCheckAll();
  useShortcut({ keys: "N", label: "Add connector", run: onAdd });
  return (
    <>
      <Toolbar title="Connectors" count={connectors?.length}>
        <Button look="quiet" icon="refresh-cw" isPending={checkAll.isPending} isDisabled={!connectors?.length} onPress={() => checkAll.mutate()}>Check all</Button>
        <Button look="primary" icon="plus" keys="N" onPress={onAdd}>Add connector</Button>
      </Toolbar>
      {(checkAll.error ?? error) && (
        <div className={styles.notice}>
          <ProblemNotice problem={asProblem(checkAll.error ?? error)} onRetry={() => (error ? void refetch() : checkAll.mutate())} />
        </div>
      )}
      {!connectors && !error && <StillShapes label="Reading the connectors" rows={8} />}
      {connectors?.length === 0 && (
        <EmptyState icon="cable" title="No connectors yet" action={<Button icon="plus" onPress={onAdd}>Add connector</Button>}>
          Paste the address of an MCP server. Patchbay finds out how to sign in, and keeps the sign-in for you.
        </EmptyState>
      )}
      {connectors && connectors.length > 0 && <ConnectorList connectors={connectors} onOpen={onOpen} onSignIn={onSignIn} />}
    </>
  );
}

type ListProps = Omit<Props, "onAdd"> & { connectors: Connector[] };

function ConnectorList({ connectors, onOpen, onSignIn }: ListProps) {
  const [filter, setFilter] = useState("");
  const [chip, setChip] = useState<Chip>("all");
  const [selected, setSelected] = useState<ConnectorId | null>(null);
  const filterField = useRef<HTMLInputElement>(null);
  const { compact } = useAppearance();
  const change = useChangePreferences();
  const { groupFor, regroup } = useFrozenGroups(connectors);
  const { data: authorizations } = useQuery(queries.authorizations());
  const check = useCheckConnector();
  const remove = useRemoveConnector();
  const turnOn = useTurnOn();

  const shown = connectors.filter((one) => passesChip(chip, one) && passesFilter(filter, one)).sort(byTitle);
  const sections = groupOrder
    .map((group) => ({ group, rows: shown.filter((one) => groupFor(one) === group.id) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ group, rows }) => ({
      key: group.id,
      head: <>{group.title} <span className={styles.count}>{rows.length}</span></>,
      rows,
    }));
  const order = sections.flatMap((section) => section.rows);
  const current = order.find((one) => one.id === selected);

  const remedy = (what: Remedy, connector: Connector) => {
    switch (what) {
      case "sign_in":
      case "connect":
      case "show":
        onSignIn(connector);
        break;
      case "new_secret":
        onOpen(connector.id, "settings");
        break;
      case "turn_on":
        turnOn.mutate(connector.id);
        break;
      case "doctor":
        check.mutate(connector.id);
        onOpen(connector.id, "overview");
        break;
      case "check":
        check.mutate(connector.id);
        break;
    }
  };
  const removeCurrent = () => {
    if (!current) return;
    const at = order.indexOf(current);
    setSelected((order[at + 1] ?? order[at - 1])?.id ?? null);
    remove.mutate(current);
  };

  const currentRemedy = current && remedyOf(current);
  useShortcut({ keys: "/", label: "Filter", inBar: true, run: () => filterField.current?.focus() });
  useShortcut(current ? { keys: "Backspace", label: "Remove", inBar: true, run: removeCurrent } : null);
  useShortcut(current ? { keys: "D", label: "Doctor", inBar: true, run: () => remedy("doctor", current) } : null);
  useShortcut(
    current && currentRemedy && currentRemedy !== "doctor" && currentRemedy !== "check"
      ? { keys: "C", label: remedyLabels[currentRemedy], inBar: true, run: () => remedy(currentRemedy, current) }
      : null,
  );
  const problem = remove.error ?? turnOn.error ?? check.error;

  return (
    <div className={styles.page}>
      <div className={styles.filters}>
        <Field ref={filterField} label="Filter connectors" hideLabel icon="search" keys="/" soft placeholder="Filter" value={filter} onChange={setFilter} />
        <Chips<Chip>
          label="Show"
          chips={[
            { value: "needs", label: "Needs you", count: connectors.filter(needsYou).length, glyph: "signin" },
            { value: "ready", label: "Ready", count: connectors.filter((one) => passesChip("ready", one)).length },
            { value: "off", label: "Off", count: connectors.filter((one) => passesChip("off", one)).length },
          ]}
          value={chip === "all" ? null : chip}
          onChange={(value) => setChip(value ?? "all")}
        />
        <span className="grow" />
        <Button look="quiet" icon="refresh-cw" label="Sort rows by their status of now" onPress={regroup} />
        <SegmentedControl
          label="Height of rows"
          segments={[{ value: "comfortable", label: "Comfortable" }, { value: "compact", label: "Compact" }]}
          value={compact ? "compact" : "comfortable"}
          onChange={(density) => change.mutate({ density })}
        />
      </div>
      {problem && <div className={styles.notice}><ProblemNotice problem={asProblem(problem)} /></div>}
      <div className={styles.heads} aria-hidden="true">
        <span>Name</span><span>Status</span><span>Where, as whom</span><span className={styles.tools}>Tools</span><span className={styles.lastOk}>Last ok</span><span />
      </div>
      {order.length === 0 ? (
        <EmptyState icon="search" title="No connector is like that" action={<Button onPress={() => { setFilter(""); setChip("all"); }}>Show all</Button>} />
      ) : (
        <VirtualList
          label="Connectors"
          sections={sections}
          keyOf={(connector) => connector.id}
          nameOf={rowName}
          columnsClass={styles.columns}
          selected={selected}
          onSelect={setSelected}
          onOpen={(connector) => onOpen(connector.id)}
          autoFocus
          renderRow={(connector, isSelected) => (
            <ConnectorRow
              connector={connector}
              selected={isSelected}
              authorization={authorizations?.find((one) => one.connector === connector.id && isUnderWay(one.state))}
              onRemedy={remedy}
            />
          )}
        />
      )}
      <StatusFacts>
        <span>{count(order.length, "connector")}{order.length === connectors.length ? "" : ` of ${connectors.length}`}</span>
        {current?.status.code && <span className="mono">{current.status.code}</span>}
      </StatusFacts>
    </div>
  );
}

function byTitle(left: Connector, right: Connector): number {
  return left.title.localeCompare(right.title) || left.id.localeCompare(right.id);
}
