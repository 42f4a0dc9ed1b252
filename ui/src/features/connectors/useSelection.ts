import { abilitiesOf } from "@/components/abilities";
import { useToasts } from "@/host/toasts";
import { type Connector } from "@/host/bindings";
import { count } from "@/lib/words";
import { checkOne, deleteOne, setOneEnabled, useBulk } from "./useBulk";
import { useConnectQueue } from "./useConnectQueue";
import { useRestoreConnectors } from "./useConnectorActions";
import { useSelectedIds } from "./useSelectedIds";

export type Selection = ReturnType<typeof useSelection>;

/** The selected connectors and the bulk actions. A connector is deselected once an action on it succeeds. */
export function useSelection(shown: Connector[], onSignIn: (connector: Connector) => void) {
  const selected = useSelectedIds();
  const { toast, announce } = useToasts();
  const restore = useRestoreConnectors();
  const bulk = useBulk(selected.deselect);
  const queue = useConnectQueue({
    onSignIn,
    onOutcome: (id, outcome) => {
      bulk.setOutcome(id, outcome);
      if (outcome.state === "done") selected.deselect(id);
    },
  });
  const connectors = selected.filter(shown);

  const runForAll = async (label: string, step: (connector: Connector) => Promise<string>) => {
    const { length } = connectors;
    const done = await bulk.runEach(connectors, label, step);
    announce(`${done.length} of ${length} done`);
    return done;
  };
  const remove = async () => {
    const done = await runForAll("Deleting", deleteOne);
    const restorable = done.filter((one) => !abilitiesOf(one).deletesForGood);
    if (restorable.length > 0)
      toast(`${count(restorable.length, "connector")} removed`, () => restore.mutate(restorable.map(({ id }) => id)));
  };
  return {
    ids: selected.ids,
    /** The selected connectors that are shown, in their order. */
    connectors,
    outcomes: bulk.outcomes,
    running: bulk.running,
    /** Number of sign-ins left. */
    signIns: queue.left,
    error: restore.error,
    toggle: selected.toggle,
    extend: selected.extend,
    selectAll: selected.selectAll,
    clear: () => {
      selected.clear();
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
