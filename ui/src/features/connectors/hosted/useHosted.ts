import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useToasts } from "@/components/Toast";
import { type Act, type ActOnConnector, type ChangeSettings, commands, type Connector, type ConnectorId, type Level, type SavePlatformCredential } from "@/host/bindings";
import { call } from "@/host/call";
import { clientState } from "@/host/clientState";
import { invalidate, keys } from "@/host/queries";
import { lastCheck, useUpsertConnector } from "../useConnectorActions";
import { settingsDraft } from "./settingsDrafts";

/** Has everything that platforms say read again: what changes one connector can change another, as a role does. */
function useRefetchHosted() {
  const client = useQueryClient();
  return useCallback(async () => {
    void invalidate(client, keys.connectors);
    // The connector's own may be read already, because it was looked at meanwhile.
    await client.invalidateQueries({ queryKey: keys.hosted }, { cancelRefetch: false });
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
      await refetchHosted();
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
