import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { type ActOnConnector, type ChangeSettings, commands, type ConnectorId, type Level, type SavePlatformCredential } from "@/host/bindings";
import { call } from "@/host/call";

// What a platform says of one connector. It is asked when the view opens and after each change, never by
// itself: every read is a request to the platform.
const once = { staleTime: Infinity, retry: false } as const;

export const hostedQueries = {
  particulars: (id: ConnectorId) => queryOptions({ queryKey: ["hosted", id, "particulars"], queryFn: () => call(commands.connectorParticulars(id)), ...once }),
  settings: (id: ConnectorId) => queryOptions({ queryKey: ["hosted", id, "settings"], queryFn: () => call(commands.connectorSettings(id)), ...once, gcTime: 0 }),
  credentials: (id: ConnectorId) => queryOptions({ queryKey: ["hosted", id, "credentials"], queryFn: () => call(commands.listPlatformCredentials(id)), ...once }),
  credentialForm: (id: ConnectorId, level: Level) =>
    queryOptions({ queryKey: ["hosted", id, "form", level], queryFn: () => call(commands.platformCredentialForm(id, level)), ...once, gcTime: 0 }),
  copies: (id: ConnectorId) => queryOptions({ queryKey: ["connectors", id, "copies"], queryFn: () => call(commands.listCopies(id)) }),
};

/** Has everything that a platform says of a connector read again. */
function useReadAgain(id: ConnectorId) {
  const client = useQueryClient();
  return useCallback(async () => {
    void client.invalidateQueries({ queryKey: ["connectors"] });
    await client.invalidateQueries({ queryKey: ["hosted", id] });
  }, [client, id]);
}

/** Carries out an act of a connector. */
export function useAct(id: ConnectorId) {
  const readAgain = useReadAgain(id);
  return useMutation({
    mutationKey: ["act", id],
    mutationFn: (request: Omit<ActOnConnector, "connector">) => call(commands.actOnConnector({ connector: id, ...request })),
    onSuccess: readAgain,
  });
}

/** What a change of settings would do. */
export function usePlanSettings(id: ConnectorId) {
  return useMutation({ mutationFn: (change: ChangeSettings) => call(commands.planSettings(id, change)) });
}

/** Changes settings at the platform. */
export function useChangeSettings(id: ConnectorId) {
  const readAgain = useReadAgain(id);
  return useMutation({ mutationFn: (change: ChangeSettings) => call(commands.changeSettings(id, change)), onSuccess: readAgain });
}

/** Creates or replaces a credential at the platform. */
export function useSaveCredential(id: ConnectorId) {
  const readAgain = useReadAgain(id);
  return useMutation({ mutationFn: (request: SavePlatformCredential) => call(commands.savePlatformCredential(request)), onSuccess: readAgain });
}

/** Makes a credential the default of its level. */
export function useMakeDefault(id: ConnectorId) {
  const readAgain = useReadAgain(id);
  return useMutation({
    mutationFn: ({ level, name }: { level: Level; name: string }) => call(commands.makePlatformCredentialDefault(id, level, name)),
    onSuccess: readAgain,
  });
}

/** Deletes a credential at the platform, after it was confirmed. */
export function useRemoveCredential(id: ConnectorId) {
  const readAgain = useReadAgain(id);
  return useMutation({
    mutationFn: ({ level, name }: { level: Level; name: string }) => call(commands.removePlatformCredential(id, level, name, true)),
    onSuccess: readAgain,
  });
}
