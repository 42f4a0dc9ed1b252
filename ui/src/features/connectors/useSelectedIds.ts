import { useState } from "react";
import { type Connector, type ConnectorId } from "@/host/bindings";

/** The connectors selected for a bulk action. */
export function useSelectedIds() {
  const [ids, setIds] = useState<ReadonlySet<ConnectorId>>(new Set());
  const without = (current: ReadonlySet<ConnectorId>, id: ConnectorId) =>
    new Set([...current].filter((one) => one !== id));
  return {
    ids,
    /** The selected ones among the shown connectors, in their order. */
    filter: (shown: Connector[]) => (ids.size === 0 ? [] : shown.filter((one) => ids.has(one.id))),
    toggle: (id: ConnectorId) =>
      setIds((current) => (current.has(id) ? without(current, id) : new Set([...current, id]))),
    /** Selects both rows of a step with Shift. */
    extend: (from: ConnectorId | null, to: ConnectorId) =>
      setIds((current) => new Set([...current, ...(from === null ? [] : [from]), to])),
    selectAll: (shown: Connector[]) => setIds(new Set(shown.map((one) => one.id))),
    deselect: (id: ConnectorId) => setIds((current) => without(current, id)),
    clear: () => setIds(new Set()),
  };
}
