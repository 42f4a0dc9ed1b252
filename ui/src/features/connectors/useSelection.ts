import { abilitiesOf } from "@/components/abilities";
import { useToasts } from "@/host/toasts";
import { type Connector, type ConnectorId } from "@/host/bindings";
import { count } from "@/lib/words";
import { checkOne, deleteOne, type Outcome, switchOne, useBulk } from "./useBulk";
import { useConnectQueue } from "./useConnectQueue";
import { useRestoreConnectors } from "./useConnectorActions";
import { useSelectedIds } from "./useSelectedIds";

export type Selection = {
  ids: ReadonlySet<ConnectorId>;
  /** The picked connectors that are shown, in their order. */
  connectors: Connector[];
  outcomes: ReadonlyMap<ConnectorId, Outcome>;
  running: boolean;
  /** Sign-ins that are still to be made. */
  signIns: number;
  error: unknown;
  toggle: (id: ConnectorId) => void;
  extend: (from: ConnectorId | null, to: ConnectorId) => void;
  selectAll: (shown: Connector[]) => void;
  clear: () => void;
  check: () => void;
  connect: () => void;
  /** Gives up the sign-ins that have not begun. */
  stop: () => void;
  setEnabled: (on: boolean) => void;
  remove: () => void;
};

/** The picked connectors, and what can be done to all of them; what succeeds is picked no more. */
export function useSelection(shown: Connector[], onSignIn: (connector: Connector) => void): Selection {
  const picked = useSelectedIds();
  const { toast, announce } = useToasts();
  const restore = useRestoreConnectors();
  const bulk = useBulk(picked.deselect);
  const queue = useConnectQueue({
    onSignIn,
    onOutcome: (id, outcome) => {
      bulk.setOutcome(id, outcome);
      if (outcome.state === "done") picked.deselect(id);
    },
  });
  const connectors = picked.filter(shown);

  const runForAll = async (doing: string, step: (connector: Connector) => Promise<string>) => {
    const { length } = connectors;
    const done = await bulk.runEach(connectors, doing, step);
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
    ids: picked.ids,
    connectors,
    outcomes: bulk.outcomes,
    running: bulk.running,
    signIns: queue.left,
    error: restore.error,
    toggle: picked.toggle,
    extend: picked.extend,
    selectAll: picked.selectAll,
    clear: () => {
      picked.clear();
      bulk.reset();
      queue.stop();
    },
    check: () => void runForAll("Checking", checkOne),
    connect: () => queue.start(connectors),
    stop: queue.stop,
    setEnabled: (on) => void runForAll(on ? "Turning on" : "Turning off", (one) => switchOne(one, on)),
    remove: () => void remove(),
  };
}
