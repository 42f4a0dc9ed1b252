import { useState } from "react";
import { type Connector, type ConnectorId } from "@/host/bindings";
import { groupOf } from "./groups";
import { type Frozen, rankOf } from "./listView";

/**
 * How each connector was when it was first seen, so that no row moves under the pointer when a status
 * changes; `regroup` sorts anew.
 */
export function useFrozenGroups(connectors: Connector[]): { frozen: (connector: Connector) => Frozen; regroup: () => void } {
  const [seen, setSeen] = useState<ReadonlyMap<ConnectorId, Frozen>>(new Map());
  const unseen = connectors.filter((connector) => !seen.has(connector.id));
  if (unseen.length > 0) {
    setSeen(new Map([...seen, ...unseen.map((connector) => [connector.id, frozenOf(connector)] as const)]));
  }
  return {
    frozen: (connector) => seen.get(connector.id) ?? frozenOf(connector),
    regroup: () => setSeen(new Map()),
  };
}

function frozenOf(connector: Connector): Frozen {
  return { group: groupOf(connector), status: rankOf(connector), lastOkAt: connector.status.lastOkAt };
}
