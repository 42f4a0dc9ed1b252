import { useState } from "react";
import { type Connector, type ConnectorId } from "@/host/bindings";

type SelectedIds = {
  ids: ReadonlySet<ConnectorId>;
  /** The selected ones among the shown connectors, in their order. */
  filter: (shown: Connector[]) => Connector[];
  toggle: (id: ConnectorId) => void;
  /** Selects both rows of a step with Shift. */
  extend: (from: ConnectorId | null, to: ConnectorId) => void;
  selectAll: (shown: Connector[]) => void;
  deselect: (id: ConnectorId) => void;
  clear: () => void;
};

/** The connectors selected for a bulk action. */
export function useSelectedIds(): SelectedIds {
  const [ids, setIds] = useState<ReadonlySet<ConnectorId>>(new Set());
  const without = (current: ReadonlySet<ConnectorId>, id: ConnectorId) =>
    new Set([...current].filter((one) => one !== id));
  return {
    ids,
    filter: (shown) => (ids.size === 0 ? [] : shown.filter((one) => ids.has(one.id))),
    toggle: (id) => setIds((current) => (current.has(id) ? without(current, id) : new Set([...current, id]))),
    extend: (from, to) => setIds((current) => new Set([...current, ...(from === null ? [] : [from]), to])),
    selectAll: (shown) => setIds(new Set(shown.map((one) => one.id))),
    deselect: (id) => setIds((current) => without(current, id)),
    clear: () => setIds(new Set()),
  };
}
