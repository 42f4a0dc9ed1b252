import { useMutationState } from "@tanstack/react-query";
import { useEffect } from "react";
import { type Check, commands, type Connector, type ConnectorChanges, type ConnectorId } from "@/host/bindings";
import { type Answer, asProblem, call } from "@/host/call";
import { clientState, type StateKey, stateKey, useClientState } from "@/host/clientState";
import { invalidate, keys } from "@/host/queries";
import { showToast } from "@/host/toasts";
import { removeConnector, upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";
import { capital, sentence } from "@/lib/words";

/** Changes a connector. `done` is the text of the toast; `onSaved` runs even if the view has unmounted. */
export function useUpdateConnector(id: ConnectorId, done: string | null = null, onSaved?: () => void) {
  return useCommand({
    command: (changes: ConnectorChanges) => commands.updateConnector(id, changes),
    update: (client, connector) => {
      upsertConnector(client, connector);
      onSaved?.();
    },
    toast: () => done,
    unseenFailure: () => "Connector not saved",
  });
}

/** Adds a connector. */
export function useAddConnector<Request>(command: (request: Request) => Promise<Answer<Connector>>) {
  return useCommand({ command, update: upsertConnector, unseenFailure: () => "Connector not added" });
}

/** Turns a connector on. */
export function useEnableConnector() {
  return useCommand({
    command: (id: ConnectorId) => commands.updateConnector(id, { enabled: true }),
    update: upsertConnector,
  });
}

/** Key of the last check of a connector, which is kept as long as the window. */
export const lastCheck = (id: ConnectorId): StateKey<Check | null> => stateKey(null, "check", id);

const checks = ["check"];

/** Checks a connection; the result is kept until the next check. */
export function useCheckConnector() {
  return useCommand({
    mutationKey: checks,
    command: commands.checkConnector,
    update: (client, check, id) => {
      upsertConnector(client, check.connector);
      clientState(client).set(lastCheck(id), check);
    },
  });
}

/** The last check of a connector, and since when one is running, in milliseconds since 1970. */
export function useLastCheck({ id, status }: Connector): { check: Check | null; checkingSince: number | null } {
  const [last] = useClientState(lastCheck(id));
  const [checkingSince = null] = useMutationState({
    filters: { mutationKey: checks, status: "pending", predicate: ({ state }) => state.variables === id },
    select: ({ state }) => state.submittedAt,
  });
  // Nothing is said by the check of another command or address, whose status the host has forgotten, or of a connector
  // whose status has changed since, as by a sign-in.
  const checked = last?.connector.status;
  const isOutdated = checked?.status !== status.status || (status.checkedAt === null && checked.checkedAt !== null);
  return { check: isOutdated ? null : last, checkingSince };
}

export function useDisconnect() {
  return useCommand({
    command: commands.disconnectConnector,
    update: (client, { connector }) => upsertConnector(client, connector),
    toast: ({ connector, revoked, note }) =>
      revoked || note === null
        ? `${connector.title} disconnected`
        : `${connector.title} disconnected. ${capital(note)}`,
  });
}

/** Why the last removal failed, and of which connector. It outlives the page or dialog that started the removal. */
export const failedRemoval = stateKey<{ id: ConnectorId; error: Error } | null>(null, "failed-removal");

/** The error of the last removal, until the calling view closes. */
export function useRemovalError(): Error | null {
  const [failed, setFailed] = useClientState(failedRemoval);
  useEffect(() => () => setFailed(null), [setFailed]);
  return failed && failed.error;
}

/** Removes a connector, with an undo button in the toast. */
export function useRemoveConnector() {
  const restore = useRestoreConnectors();
  return useCommand({
    command: ({ id }: Connector) => commands.removeConnector(id),
    onMutate: ({ id }, { client }) => {
      clientState(client).set(failedRemoval, null);
      removeConnector(client, id);
    },
    toast: (_nothing, { title }) => `${title} removed`,
    undo: (_nothing, { id }) => restore.mutate([id]),
    onProblem: (client, thrown, connector) => {
      clientState(client).set(failedRemoval, { id: connector.id, error: thrown });
      upsertConnector(client, connector);
      void invalidate(client, keys.connectors);
    },
  });
}

/** Restores connectors that were removed together. The toast whose button does this is gone when it fails. */
export function useRestoreConnectors() {
  return useCommand({
    mutationFn: async (ids: ConnectorId[], { client }) => {
      const restoring = ids.map(async (id) => upsertConnector(client, await call(commands.restoreConnector(id))));
      const failed = (await Promise.allSettled(restoring)).filter((one) => one.status === "rejected");
      if (!failed[0]) return;
      const words = ids.length === 1 ? "Not restored" : `${failed.length} of ${ids.length} not restored`;
      showToast(client, `${words}. ${sentence(asProblem(failed[0].reason).message)}`);
    },
  });
}
