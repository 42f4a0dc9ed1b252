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

/** Adds a connector to this computer. */
export function useAddConnector() {
  return useCommand({
    mutationFn: (request: AddConnector) => call(commands.addConnector(request)),
    update: upsertConnector,
  });
}

/** Adds a connector whose server is a program of this computer; nothing is started. */
export function useAddProgram() {
  return useCommand({
    mutationFn: (request: AddProgram) => call(commands.addProgram(request)),
    update: upsertConnector,
  });
}

/** Adds the server of the bundle that was chosen last. */
export function useAddBundle() {
  return useCommand({ mutationFn: (request: AddBundle) => call(commands.addBundle(request)), update: upsertConnector });
}

/** Changes what is given of a connector; `done` is said when it is. */
export function useUpdateConnector(id: ConnectorId, done: string | null = null) {
  return useCommand({
    mutationFn: (changes: ConnectorChanges) => call(commands.updateConnector(id, changes)),
    update: upsertConnector,
    toast: () => done,
  });
}

/** Chooses where the sign-in of a connector differs from the standards; what isn't named is automatic. */
export function useChooseDeviations(id: ConnectorId) {
  return useCommand({
    mutationFn: (oauthDeviations: ChosenDeviations) => call(commands.updateConnector(id, { oauthDeviations })),
    update: upsertConnector,
    refetches: [queries.deviations(id).queryKey],
  });
}

/** Trusts the certificate with a fingerprint, which the person compared. */
export function useTrustCertificate(id: ConnectorId) {
  return useCommand({
    mutationFn: (sha256: string) => call(commands.trustCertificate(id, sha256)),
    update: upsertConnector,
    toast: () => "Certificate trusted",
  });
}

/** Switches a connector on, from its row. */
export function useEnableConnector() {
  return useCommand({
    mutationFn: (id: ConnectorId) => call(commands.updateConnector(id, { enabled: true })),
    update: upsertConnector,
  });
}

/** Where the doctor's last look at a connector is kept; steps are not kept for longer than the window. */
export const lastCheck = (id: ConnectorId): StateKey<Check | null> => stateKey(null, "check", id);

const checks = ["check"];

/** Has the doctor look at a connector; what was found stays until the next check. */
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

/** Stops the doctor's look at a connector. */
export function useCancelCheck() {
  return useCommand({ mutationFn: (id: ConnectorId) => call(commands.cancelCheck(id)) });
}

/** What the doctor found as a text for others. */
export function useCheckReport() {
  return useCommand({ mutationFn: ({ connector, steps }: Check) => call(commands.checkReport(connector.id, steps)) });
}

/** What the doctor last found, and whether it looks right now. */
export function useLastCheck(id: ConnectorId): { check: Check | null; checking: boolean } {
  const [check] = useClientState(lastCheck(id));
  const running = useIsMutating({ mutationKey: checks, predicate: (mutation) => mutation.state.variables === id });
  return { check, checking: running > 0 };
}

/** Gives up a sign-in. */
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

/** Removes a connector, with a way back. */
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

/** Brings back connectors that were removed together. */
export function useRestoreConnectors() {
  return useCommand({
    mutationFn: (ids: ConnectorId[]) => Promise.all(ids.map((id) => call(commands.restoreConnector(id)))),
    update: (client, connectors) => connectors.forEach((connector) => upsertConnector(client, connector)),
  });
}

/** Deletes a connector at its platform; the user has confirmed it. */
export function useDeleteConnector() {
  return useCommand({
    mutationFn: ({ id }: Connector) => call(commands.deleteConnector(id, true)),
    update: (client, _nothing, { id }) => removeConnector(client, id),
    toast: (_nothing, { title, identity }) => `${title} deleted from ${identity.account}`,
  });
}
