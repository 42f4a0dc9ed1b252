import { useState } from "react";
import { type Connector, type ConnectorId } from "@/host/bindings";
import { type GroupId, groupOf } from "./groups";

type Frozen = ReadonlyMap<ConnectorId, GroupId>;

/**
 * Groups as they were when each connector was first seen, so that no row moves under the pointer
 * when a status changes; `regroup` sorts anew.
 */
export function useFrozenGroups(connectors: Connector[]): { groupFor: (connector: Connector) => GroupId; regroup: () => void } {
  const [frozen, setFrozen] = useState<Frozen>(new Map());
  const unseen = connectors.filter((connector) => !frozen.has(connector.id));
  if (unseen.length > 0) {
    setFrozen(new Map([...frozen, ...unseen.map((connector) => [connector.id, groupOf(connector)] as const)]));
  }
  return {
    groupFor: (connector) => frozen.get(connector.id) ?? groupOf(connector),
    regroup: () => setFrozen(new Map()),
  };
}
