import { useState } from "react";
import { type Connector, type ConnectorId } from "@/host/bindings";

type SelectedIds = {
  ids: ReadonlySet<ConnectorId>;
  /** The picked connectors that are shown, in their order. */
  filter: (shown: Connector[]) => Connector[];
  toggle: (id: ConnectorId) => void;
  /** Picks both ends of a step with Shift. */
  extend: (from: ConnectorId | null, to: ConnectorId) => void;
  selectAll: (shown: Connector[]) => void;
  deselect: (id: ConnectorId) => void;
  clear: () => void;
};

/** The connectors that something is to be done to at once. */
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
