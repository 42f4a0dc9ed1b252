import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useToasts } from "@/components/Toast";
import { type Act, type ActOnConnector, type ChangeSettings, commands, type Connector, type ConnectorId, type Level, type SavePlatformCredential } from "@/host/bindings";
import { call } from "@/host/call";
import { clientState } from "@/host/clientState";
import { lastCheck, useUpsertConnector } from "../useConnectorActions";
import { settingsDraft } from "./settingsDrafts";

// What a platform says of one connector. It is asked when the view opens and after each look at the
// connector, whoever took it: a check, a consent, an act here or by the command line. It is never polled, for
// every read is a request to the platform.
const once = { staleTime: Infinity, retry: false } as const;

export const hostedQueries = {
  particulars: ({ id, status: { checkedAt } }: Connector) =>
    queryOptions({ queryKey: ["hosted", id, "particulars", checkedAt], queryFn: () => call(commands.connectorParticulars(id)), ...once }),
  settings: (id: ConnectorId) => queryOptions({ queryKey: ["hosted", id, "settings"], queryFn: () => call(commands.connectorSettings(id)), ...once, gcTime: 0 }),
  credentials: ({ id, status: { checkedAt } }: Connector) =>
    queryOptions({ queryKey: ["hosted", id, "credentials", checkedAt], queryFn: () => call(commands.listPlatformCredentials(id)), ...once }),
  credentialForm: (id: ConnectorId, level: Level) =>
    queryOptions({ queryKey: ["hosted", id, "form", level], queryFn: () => call(commands.platformCredentialForm(id, level)), ...once, gcTime: 0 }),
  copies: (id: ConnectorId) => queryOptions({ queryKey: ["connectors", id, "copies"], queryFn: () => call(commands.listCopies(id)) }),
};

/** What a read answers, and until it does what the one before it answered: a form over it stays as it is. */
export function useLastValue<T>(read: { data: T | undefined }): T | undefined {
  const [latest, upsert] = useState(read.data);
  if (read.data !== undefined && read.data !== latest) upsert(read.data);
  return read.data ?? latest;
}

/**
 * Has everything that platforms say read again: what changes one connector can change another, as a role does.
 * The particulars that are shown follow their connector.
 */
function useRefetchHosted() {
  const client = useQueryClient();
  return useCallback(async () => {
    void client.invalidateQueries({ queryKey: ["connectors"] });
    await client.invalidateQueries({ queryKey: ["hosted"], predicate: (query) => query.queryKey[2] !== "particulars" || !query.isActive() });
  }, [client]);
}

/** Carries out an act of a connector. What offers it may be gone afterwards: that it is done is said all the same. */
export function useRunAction({ id, status }: Connector) {
  const client = useQueryClient();
  const upsert = useUpsertConnector();
  const refetchHosted = useRefetchHosted();
  const { toast } = useToasts();
  return useMutation({
    mutationKey: ["act", id],
    mutationFn: ({ act, ...given }: Omit<ActOnConnector, "connector" | "act"> & { act: Act }) => call(commands.actOnConnector({ connector: id, act: act.name, ...given })),
    onSuccess: async ({ connector }, { act }) => {
      toast(`${act.title}: done`);
      // What the doctor found was how it was before.
      if (connector.status.status !== status.status) clientState(client).set(lastCheck(id), null);
      upsert(id, connector);
      await Promise.all([refetchHosted(), client.prefetchQuery(hostedQueries.particulars(connector))]);
    },
  });
}

/** What a change of settings would do. */
export function usePlanSettings(id: ConnectorId) {
  return useMutation({ mutationFn: (change: ChangeSettings) => call(commands.planSettings(id, change)) });
}

/** Changes settings at the platform. */
export function useChangeSettings(id: ConnectorId) {
  const refetchHosted = useRefetchHosted();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: ChangeSettings) => call(commands.changeSettings(id, change)),
    onSuccess: () => {
      clientState(client).set(settingsDraft(id), null);
      return refetchHosted();
    },
  });
}

/** Creates or replaces a credential at the platform. */
export function useSaveCredential() {
  const refetchHosted = useRefetchHosted();
  return useMutation({ mutationFn: (request: SavePlatformCredential) => call(commands.savePlatformCredential(request)), onSuccess: refetchHosted });
}

/** Makes a credential the default of its level. */
export function useMakeDefault(id: ConnectorId) {
  const refetchHosted = useRefetchHosted();
  return useMutation({
    mutationFn: ({ level, name }: { level: Level; name: string }) => call(commands.makePlatformCredentialDefault(id, level, name)),
    onSuccess: refetchHosted,
  });
}

/** Deletes a credential at the platform, after it was confirmed. */
export function useRemoveCredential(id: ConnectorId) {
  const refetchHosted = useRefetchHosted();
  return useMutation({
    mutationFn: ({ level, name }: { level: Level; name: string }) => call(commands.removePlatformCredential(id, level, name, true)),
    onSuccess: refetchHosted,
  });
}
