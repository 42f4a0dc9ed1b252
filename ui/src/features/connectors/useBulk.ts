import { useCallback, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { abilitiesOf } from "@/components/abilities";
import { platformName } from "@/components/platformName";
import {
  type Action,
  commands,
  type Connector,
  type ConnectorId,
  type Control,
  type Platform,
  type Status,
} from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { queries } from "@/host/queries";
import { capital } from "@/lib/words";
import { opensDialog } from "./hosted/useHosted";

/** Result of a bulk action for one connector, and its status then: another one makes the result outdated. */
export type Outcome = { state: "running" | "done" | "failed"; words: string; status?: Status };

const maxConcurrent = 4;

/** The action does not apply to a connector; its message says why. */
class Skipped extends Error {}

/** Runs an action on many connectors, several at a time. Each has its own outcome. */
export function useBulk(onDone: (id: ConnectorId) => void) {
  const client = useQueryClient();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<ConnectorId, Outcome>>(new Map());
  const [running, setRunning] = useState(false);
  const setOutcome = useCallback(
    (id: ConnectorId, outcome: Outcome) => setOutcomes((current) => new Map(current).set(id, outcome)),
    [],
  );

  const runEach = async (
    connectors: Connector[],
    label: string,
    step: (connector: Connector) => Promise<string>,
  ): Promise<Connector[]> => {
    setRunning(true);
    setOutcomes(new Map(connectors.map(({ id }) => [id, { state: "running", words: label }])));
    const waiting = [...connectors];
    const done: Connector[] = [];
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        try {
          setOutcome(next.id, { state: "done", words: await step(next) });
          onDone(next.id);
          done.push(next);
        } catch (thrown) {
          setOutcome(next.id, {
            state: "failed",
            words: thrown instanceof Skipped ? thrown.message : capital(asProblem(thrown).message),
          });
        }
      }
    };
    await Promise.all(Array.from({ length: maxConcurrent }, worker));
    setRunning(false);
    const { queryKey } = queries.connectors();
    await client.invalidateQueries({ queryKey });
    const statuses = new Map(client.getQueryData(queryKey)?.map(({ id, status }) => [id, status.status]));
    setOutcomes((now) => new Map([...now].map(([id, outcome]) => [id, { ...outcome, status: statuses.get(id) }])));
    return done;
  };

  return {
    outcomes,
    running,
    runEach,
    setOutcome,
    forget: (id: ConnectorId) => setOutcomes((now) => new Map([...now].filter(([other]) => other !== id))),
    reset: () => setOutcomes(new Map()),
  };
}

export async function checkOne({ id }: Connector): Promise<string> {
  const check = await call(commands.checkConnector(id));
  const failed = check.steps.find((step) => step.state === "failed");
  if (failed) throw new Skipped(capital(failed.problem?.message ?? `${failed.name} failed`));
  return "OK";
}

/** Turns a connector on or off, unless that takes a choice or a confirmation. */
export async function setOneEnabled(connector: Connector, on: boolean): Promise<string> {
  const words = on ? "Turned on" : "Turned off";
  if (abilitiesOf(connector).configuredHere) {
    await call(commands.updateConnector(connector.id, { enabled: on }));
    return words;
  }
  const { groups } = await call(commands.connectorDetails(connector.id));
  const action = mainSwitchAction(
    groups.flatMap((group) => group.controls),
    connector.identity.platform,
    on,
  );
  await call(commands.runAction({ connector: connector.id, action: action.name, values: null, confirmed: false }));
  return words;
}

function mainSwitchAction(controls: Control[], platform: Platform, on: boolean): Action {
  const switches = controls.flatMap((control) => (control.kind === "switch" && control.isMain ? [control] : []));
  const [first] = switches;
  if (!first) throw new Skipped(`${platformName(platform)} can't turn it on or off`);
  if (switches.length > 1) throw new Skipped("Open it to choose a level");
  const action = on ? first.turnOn : first.turnOff;
  if (opensDialog(action)) throw new Skipped("Open it to review the effects");
  return action;
}

/** Deletes a hosted connector for good, or removes a local one, which can be restored. */
export async function deleteOne(connector: Connector): Promise<string> {
  const { deletesForGood } = abilitiesOf(connector);
  await call(deletesForGood ? commands.deleteConnector(connector.id, true) : commands.removeConnector(connector.id));
  return deletesForGood ? "Deleted" : "Removed";
}
