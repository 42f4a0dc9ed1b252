import { isHosted } from "@/components/connectorStatus";
import { useToasts } from "@/components/Toast";
import { type Connector, type ConnectorId } from "@/host/bindings";
import { count } from "@/lib/words";
import { checked, deleted, type Outcome, switched, useBulk } from "./useBulk";
import { useConnectQueue } from "./useConnectQueue";
import { useRestoreConnectors } from "./useConnectorActions";
import { usePicked } from "./usePicked";

export type Many = {
  ids: ReadonlySet<ConnectorId>;
  /** The picked connectors that are shown, in their order. */
  of: Connector[];
  outcomes: ReadonlyMap<ConnectorId, Outcome>;
  running: boolean;
  /** Sign-ins that are still to be made. */
  signIns: number;
  error: unknown;
  toggle: (id: ConnectorId) => void;
  extend: (from: ConnectorId | null, to: ConnectorId) => void;
  all: (shown: Connector[]) => void;
  clear: () => void;
  check: () => void;
  connect: () => void;
  /** Gives up the sign-ins that have not begun. */
  stop: () => void;
  turn: (on: boolean) => void;
  remove: () => void;
};

/** The picked connectors, and what can be done to all of them; what succeeds is picked no more. */
export function useMany(shown: Connector[], onSignIn: (connector: Connector) => void): Many {
  const picked = usePicked();
  const { toast, announce } = useToasts();
  const restore = useRestoreConnectors();
  const bulk = useBulk(picked.drop);
  const queue = useConnectQueue({
    onSignIn,
    onOutcome: (id, outcome) => {
      bulk.note(id, outcome);
      if (outcome.state === "done") picked.drop(id);
    },
  });
  const of = picked.of(shown);

  const doAll = async (doing: string, step: (connector: Connector) => Promise<string>) => {
    const { length } = of;
    const done = await bulk.each(of, doing, step);
    announce(`${done.length} of ${length} done`);
    return done;
  };
  const remove = async () => {
    const done = await doAll("Deleting", deleted);
    const local = done.filter((one) => !isHosted(one));
    if (local.length > 0) toast(`${count(local.length, "connector")} removed`, () => restore.mutate(local.map(({ id }) => id)));
  };
  return {
    ids: picked.ids, of, outcomes: bulk.outcomes, running: bulk.running, signIns: queue.left, error: restore.error,
    toggle: picked.toggle, extend: picked.extend, all: picked.all,
    clear: () => {
      picked.clear();
      bulk.forget();
      queue.stop();
    },
    check: () => void doAll("Checking", checked),
    connect: () => queue.start(of),
    stop: queue.stop,
    turn: (on) => void doAll(on ? "Turning on" : "Turning off", (one) => switched(one, on)),
    remove: () => void remove(),
  };
}
