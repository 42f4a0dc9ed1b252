import { useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { type StartSignIn } from "@/components/signInStart";
import { useIsMounted } from "@/host/useIsMounted";
import { useToasts } from "@/host/toasts";
import { type Connector, type ConnectorId } from "@/host/bindings";
import { count, grouped } from "@/lib/words";
import { checkOne, deleteOne, setOneEnabled, useBulk } from "./useBulk";
import { useConnectQueue } from "./useConnectQueue";
import { useRestoreConnectors } from "./useConnectorActions";

export type Selection = ReturnType<typeof useSelection>;

/** The selected connectors and the bulk actions. A connector is deselected once an action on it succeeds. */
export function useSelection(shown: Connector[], onSignIn: StartSignIn) {
  const [ids, setIds] = useState<ReadonlySet<ConnectorId>>(new Set());
  const deselect = (id: ConnectorId) => setIds((current) => without(current, id));
  const { toast, announce } = useToasts();
  const isMounted = useIsMounted();
  const restore = useRestoreConnectors();
  const bulk = useBulk(deselect);
  const queue = useConnectQueue({
    onSignIn,
    onOutcome: (id, outcome) => {
      bulk.setOutcome(id, outcome);
      if (outcome.state === "done") deselect(id);
    },
  });
  const connectors = ids.size === 0 ? [] : shown.filter((one) => ids.has(one.id));

  const runForAll = async (label: string, step: (connector: Connector) => Promise<string>) => {
    const { length } = connectors;
    const done = await bulk.runEach(connectors, label, step);
    if (!isMounted() && done.length < length)
      toast(`${label}: ${grouped(length - done.length)} of ${grouped(length)} failed`);
    announce(`${grouped(done.length)} of ${grouped(length)} done`);
    return done;
  };
  const remove = async () => {
    const done = await runForAll("Deleting", deleteOne);
    const restorable = done.filter((one) => !abilitiesOf(one).deletesForGood);
    if (restorable.length > 0)
      toast(`${count(restorable.length, "connector")} removed`, () => restore.mutate(restorable.map(idOf)));
  };
  return {
    ids,
    /** The selected connectors that are shown, in their order. */
    connectors,
    outcomes: bulk.outcomes,
    /** The result of the last bulk action, as long as it says something of the connector. */
    outcomeOf: ({ id, status }: Connector) => {
      const outcome = bulk.outcomes.get(id);
      return outcome?.status === undefined || outcome.status === status.status ? outcome : undefined;
    },
    forgetOutcome: bulk.forget,
    running: bulk.running,
    /** Number of sign-ins left. */
    signIns: queue.left,
    toggle: (id: ConnectorId) => {
      if (ids.has(id) && !bulk.running) bulk.forget(id);
      setIds((current) => (current.has(id) ? without(current, id) : new Set([...current, id])));
    },
    /** Selects both rows of a step with Shift. */
    extend: (from: ConnectorId | null, to: ConnectorId) =>
      setIds((current) => new Set([...current, ...(from === null ? [] : [from]), to])),
    selectAll: () => setIds(new Set(shown.map(idOf))),
    clear: () => {
      setIds(new Set());
      bulk.reset();
      queue.stop();
    },
    check: () => void runForAll("Checking", checkOne),
    connect: () => queue.start(connectors),
    /** Cancels the sign-ins that have not started. */
    stop: queue.stop,
    setEnabled: (on: boolean) => void runForAll(on ? "Turning on" : "Turning off", (one) => setOneEnabled(one, on)),
    remove: () => void remove(),
  };
}

const idOf = ({ id }: Connector) => id;

const without = (ids: ReadonlySet<ConnectorId>, id: ConnectorId) => new Set([...ids].filter((one) => one !== id));
