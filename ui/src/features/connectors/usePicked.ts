import { useState } from "react";
import { type Connector, type ConnectorId } from "@/host/bindings";

type Picked = {
  ids: ReadonlySet<ConnectorId>;
  /** The picked connectors that are shown, in their order. */
  of: (shown: Connector[]) => Connector[];
  toggle: (id: ConnectorId) => void;
  /** Picks both ends of a step with Shift. */
  extend: (from: ConnectorId | null, to: ConnectorId) => void;
  all: (shown: Connector[]) => void;
  drop: (id: ConnectorId) => void;
  clear: () => void;
};

/** The connectors that something is to be done to at once. */
export function usePicked(): Picked {
  const [ids, setIds] = useState<ReadonlySet<ConnectorId>>(new Set());
  const without = (kept: ReadonlySet<ConnectorId>, id: ConnectorId) => new Set([...kept].filter((one) => one !== id));
  return {
    ids,
    of: (shown) => shown.filter((one) => ids.has(one.id)),
    toggle: (id) => setIds((kept) => (kept.has(id) ? without(kept, id) : new Set([...kept, id]))),
    extend: (from, to) => setIds((kept) => new Set([...kept, ...(from === null ? [] : [from]), to])),
    all: (shown) => setIds(new Set(shown.map((one) => one.id))),
    drop: (id) => setIds((kept) => without(kept, id)),
    clear: () => setIds(new Set()),
  };
}
