import { useCallback, useMemo, useState } from "react";
import {
  type Account,
  type Connector,
  type ConnectorGroup,
  type ConnectorId,
  type ConnectorSort,
} from "@/host/bindings";
import { type Choices, groupOf, matchesFilters } from "./groups";
import { type Frozen, groupConnectors, sortConnectors, statusRank } from "./listView";

type Arrangement = { group: ConnectorGroup; sort: ConnectorSort; accounts: Account[]; text: string; choices: Choices };

/**
 * The groups of the list with the rows that match the filters; empty groups are left out. The sort keys of a connector
 * are frozen when it is first seen, so that no row moves under the pointer when a status changes; `regroup` starts
 * over.
 */
export function useGroups(connectors: Connector[], { group, sort, accounts, text, choices }: Arrangement) {
  const [seen, setSeen] = useState<ReadonlyMap<ConnectorId, Frozen>>(new Map());
  const unseen = useMemo(() => connectors.filter((connector) => !seen.has(connector.id)), [connectors, seen]);
  if (unseen.length > 0) {
    setSeen(new Map([...seen, ...unseen.map((connector) => [connector.id, frozenOf(connector)] as const)]));
  }
  // Sorting and grouping come before filtering, so that typing into the filter repeats neither.
  const all = useMemo(() => {
    const frozen = (connector: Connector) => seen.get(connector.id) ?? frozenOf(connector);
    return groupConnectors(sortConnectors(connectors, sort, frozen), group, { accounts, frozen });
  }, [connectors, sort, group, accounts, seen]);
  const groups = useMemo(() => {
    const matches = matchesFilters({ ...choices, text });
    return all.map((one) => ({ ...one, rows: one.rows.filter(matches) })).filter((one) => one.rows.length > 0);
  }, [all, choices, text]);
  const regroup = useCallback(() => setSeen(new Map()), []);
  return { groups, regroup };
}

function frozenOf(connector: Connector): Frozen {
  return { group: groupOf(connector), status: statusRank(connector), lastOkAt: connector.status.lastOkAt };
}
