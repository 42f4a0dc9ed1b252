import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useToasts } from "@/components/Toast";
import { type Act, type ActOnConnector, type ChangeSettings, commands, type Connector, type ConnectorId, type Level, type SavePlatformCredential } from "@/host/bindings";
import { call } from "@/host/call";
import { checkKey } from "../useConnectorActions";
import { useSettingsDrafts } from "./settingsDrafts";

// What a platform says of one connector. It is asked when the view opens and after each change, never by
// itself: every read is a request to the platform.
const once = { staleTime: Infinity, retry: false } as const;

export const hostedQueries = {
  // They follow how the connector is, which a check, a consent or another program can change.
  particulars: ({ id, status: { status, word, reason, lastOkAt } }: Connector) =>
    queryOptions({
      queryKey: ["hosted", id, "particulars", status, word, reason, lastOkAt] as const,
      queryFn: () => call(commands.connectorParticulars(id)),
      placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
      ...once,
    }),
  settings: (id: ConnectorId) => queryOptions({ queryKey: ["hosted", id, "settings"], queryFn: () => call(commands.connectorSettings(id)), ...once, gcTime: 0 }),
  credentials: (id: ConnectorId) => queryOptions({ queryKey: ["hosted", id, "credentials"], queryFn: () => call(commands.listPlatformCredentials(id)), ...once }),
  credentialForm: (id: ConnectorId, level: Level) =>
    queryOptions({ queryKey: ["hosted", id, "form", level], queryFn: () => call(commands.platformCredentialForm(id, level)), ...once, gcTime: 0 }),
  copies: (id: ConnectorId) => queryOptions({ queryKey: ["connectors", id, "copies"], queryFn: () => call(commands.listCopies(id)) }),
};

/** Has everything that platforms say read again: what changes one connector can change another, as a role does. */
function useReadAgain() {
  const client = useQueryClient();
  return useCallback(async () => {
    void client.invalidateQueries({ queryKey: ["connectors"] });
    await client.invalidateQueries({ queryKey: ["hosted"] });
  }, [client]);
}

/** Carries out an act of a connector. What offers it may be gone afterwards: that it is done is said all the same. */
export function useAct({ id, status }: Connector) {
  const client = useQueryClient();
  const readAgain = useReadAgain();
  const { toast } = useToasts();
  return useMutation({
    mutationKey: ["act", id],
    mutationFn: ({ act, ...given }: Omit<ActOnConnector, "connector" | "act"> & { act: Act }) => call(commands.actOnConnector({ connector: id, act: act.name, ...given })),
    onSuccess: async ({ connector }, { act }) => {
      toast(`${act.title}: done`);
      // What the doctor found was how it was before.
      if (connector.status.status !== status.status) void client.resetQueries({ queryKey: checkKey(id) });
      await readAgain();
    },
  });
}

/** What a change of settings would do. */
export function usePlanSettings(id: ConnectorId) {
  return useMutation({ mutationFn: (change: ChangeSettings) => call(commands.planSettings(id, change)) });
}

/** Changes settings at the platform. */
export function useChangeSettings(id: ConnectorId) {
  const readAgain = useReadAgain();
  const drafts = useSettingsDrafts();
  return useMutation({
    mutationFn: (change: ChangeSettings) => call(commands.changeSettings(id, change)),
    onSuccess: () => {
      drafts.delete(id);
      return readAgain();
    },
  });
}

/** Creates or replaces a credential at the platform. */
export function useSaveCredential() {
  const readAgain = useReadAgain();
  return useMutation({ mutationFn: (request: SavePlatformCredential) => call(commands.savePlatformCredential(request)), onSuccess: readAgain });
}

/** Makes a credential the default of its level. */
export function useMakeDefault(id: ConnectorId) {
  const readAgain = useReadAgain();
  return useMutation({
    mutationFn: ({ level, name }: { level: Level; name: string }) => call(commands.makePlatformCredentialDefault(id, level, name)),
    onSuccess: readAgain,
  });
}

/** Deletes a credential at the platform, after it was confirmed. */
export function useRemoveCredential(id: ConnectorId) {
  const readAgain = useReadAgain();
  return useMutation({
    mutationFn: ({ level, name }: { level: Level; name: string }) => call(commands.removePlatformCredential(id, level, name, true)),
    onSuccess: readAgain,
  });
}
