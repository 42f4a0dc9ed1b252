import { useCallback, useMemo, useState } from "react";
import { type Connector, type ConnectorId } from "@/host/bindings";
import { groupOf } from "./groups";
import { type Frozen, statusRank } from "./listView";

/**
 * Freezes the sort keys of each connector when it is first seen, so that no row moves under the pointer when a status
 * changes. `regroup` starts over.
 */
export function useFrozenGroups(connectors: Connector[]) {
  const [seen, setSeen] = useState<ReadonlyMap<ConnectorId, Frozen>>(new Map());
  const unseen = useMemo(() => connectors.filter((connector) => !seen.has(connector.id)), [connectors, seen]);
  if (unseen.length > 0) {
    setSeen(new Map([...seen, ...unseen.map((connector) => [connector.id, frozenOf(connector)] as const)]));
  }
  // Stable until a connector is added, because rows are sorted again when it changes.
  const frozen = useCallback((connector: Connector) => seen.get(connector.id) ?? frozenOf(connector), [seen]);
  const regroup = useCallback(() => setSeen(new Map()), []);
  return { frozen, regroup };
}

function frozenOf(connector: Connector): Frozen {
  return { group: groupOf(connector), status: statusRank(connector), lastOkAt: connector.status.lastOkAt };
}
