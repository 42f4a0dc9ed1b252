import { useIsMutating } from "@tanstack/react-query";
import {
  type AddConnector,
  type AddBundle,
  type AddProgram,
  type Check,
  commands,
  type Connector,
  type ConnectorChanges,
  type ConnectorId,
} from "@/host/bindings";
import { call } from "@/host/call";
import { clientState, type StateKey, stateKey, useClientState } from "@/host/clientState";
import { invalidate, keys, queries } from "@/host/queries";
import { removeConnector, upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";
import { capital } from "@/lib/words";

export type ChosenDeviations = NonNullable<ConnectorChanges["oauthDeviations"]>;

export function useAddConnector() {
  return useCommand({
    mutationFn: (request: AddConnector) => call(commands.addConnector(request)),
    update: upsertConnector,
  });
}

/** Adds a connector for a local program, which is not started by that. */
export function useAddProgram() {
  return useCommand({
    mutationFn: (request: AddProgram) => call(commands.addProgram(request)),
    update: upsertConnector,
  });
}

/** Adds the server of the last chosen bundle. */
export function useAddBundle() {
  return useCommand({ mutationFn: (request: AddBundle) => call(commands.addBundle(request)), update: upsertConnector });
}

/** Changes a connector. `done` is the text of the toast. */
export function useUpdateConnector(id: ConnectorId, done: string | null = null) {
  return useCommand({
    mutationFn: (changes: ConnectorChanges) => call(commands.updateConnector(id, changes)),
    update: upsertConnector,
    toast: () => done,
  });
}

/** Sets the OAuth deviations of a connector. Those left out are automatic. */
export function useChooseDeviations(id: ConnectorId) {
  return useCommand({
    mutationFn: (oauthDeviations: ChosenDeviations) => call(commands.updateConnector(id, { oauthDeviations })),
    update: upsertConnector,
    refetches: [queries.deviations(id).queryKey],
  });
}

/** Trusts the certificate with a fingerprint that the user has confirmed. */
export function useTrustCertificate(id: ConnectorId) {
  return useCommand({
    mutationFn: (sha256: string) => call(commands.trustCertificate(id, sha256)),
    update: upsertConnector,
    toast: () => "Certificate trusted",
  });
}

/** Turns a connector on. */
export function useEnableConnector() {
  return useCommand({
    mutationFn: (id: ConnectorId) => call(commands.updateConnector(id, { enabled: true })),
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
    mutationFn: (id: ConnectorId) => call(commands.checkConnector(id)),
    update: (client, check, id) => {
      upsertConnector(client, check.connector);
      clientState(client).set(lastCheck(id), check);
    },
  });
}

export function useCancelCheck() {
  return useCommand({ mutationFn: (id: ConnectorId) => call(commands.cancelCheck(id)) });
}

/** Formats a check as text to share. */
export function useCheckReport() {
  return useCommand({ mutationFn: ({ connector, steps }: Check) => call(commands.checkReport(connector.id, steps)) });
}

/** The last check of a connector, and whether one is running. */
export function useLastCheck(id: ConnectorId): { check: Check | null; checking: boolean } {
  const [check] = useClientState(lastCheck(id));
  const running = useIsMutating({ mutationKey: checks, predicate: (mutation) => mutation.state.variables === id });
  return { check, checking: running > 0 };
}

export function useDisconnect() {
  return useCommand({
    mutationFn: (id: ConnectorId) => call(commands.disconnectConnector(id)),
    update: (client, { connector }) => upsertConnector(client, connector),
    toast: ({ connector, revoked, note }) =>
      revoked || note === null
        ? `${connector.title} disconnected`
        : `${connector.title} disconnected. ${capital(note)}`,
  });
}

/** Removes a connector, with an undo button in the toast. */
export function useRemoveConnector() {
  const restore = useCommand({
    mutationFn: (id: ConnectorId) => call(commands.restoreConnector(id)),
    update: upsertConnector,
  });
  return useCommand({
    mutationFn: ({ id }: Connector) => call(commands.removeConnector(id)),
    onMutate: ({ id }, { client }) => removeConnector(client, id),
    toast: (_nothing, { title }) => `${title} removed`,
    undo: (_nothing, { id }) => restore.mutate(id),
    onProblem: (client, _thrown, connector) => {
      upsertConnector(client, connector);
      void invalidate(client, keys.connectors);
    },
  });
}

/** Restores connectors that were removed together. */
export function useRestoreConnectors() {
  return useCommand({
    mutationFn: (ids: ConnectorId[]) => Promise.all(ids.map((id) => call(commands.restoreConnector(id)))),
    update: (client, connectors) => connectors.forEach((connector) => upsertConnector(client, connector)),
  });
}

/** Deletes a connector at its platform. Only for use after the user has confirmed it. */
export function useDeleteConnector() {
  return useCommand({
    mutationFn: ({ id }: Connector) => call(commands.deleteConnector(id, true)),
    update: (client, _nothing, { id }) => removeConnector(client, id),
    toast: (_nothing, { title, identity }) => `${title} deleted from ${identity.account}`,
  });
}
