import { useIsMutating, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useToasts } from "@/components/Toast";
import { type AddConnector, type Check, commands, type Connector, type ConnectorChanges, type ConnectorId } from "@/host/bindings";
import { call } from "@/host/call";
import { clientState, type StateKey, stateKey, useClientState } from "@/host/clientState";
import { queries } from "@/host/queries";

/** Puts one connector into the lists, or takes it out. */
export function useUpsertConnector() {
  const client = useQueryClient();
  return useCallback(
    (id: ConnectorId, connector: Connector | null) => {
      const key = queries.connectors().queryKey;
      client.setQueryData(key, (current) => {
        if (!current) return current;
        if (!connector) return current.filter((other) => other.id !== id);
        return current.some((other) => other.id === id)
          ? current.map((other) => (other.id === id ? connector : other))
          : [...current, connector];
      });
      if (connector) client.setQueryData(queries.connector(id).queryKey, connector);
    },
    [client],
  );
}

/** Adds a connector to this computer. */
export function useAddConnector() {
  const upsert = useUpsertConnector();
  return useMutation({
    mutationFn: (request: AddConnector) => call(commands.addConnector(request)),
    onSuccess: (connector) => upsert(connector.id, connector),
  });
}

/** Changes what is given of a connector. */
export function useUpdateConnector(id: ConnectorId) {
  const upsert = useUpsertConnector();
  return useMutation({
    mutationFn: (changes: ConnectorChanges) => call(commands.updateConnector(id, changes)),
    onSuccess: (connector) => upsert(id, connector),
  });
}

/** Switches a connector on, from its row. */
export function useEnableConnector() {
  const upsert = useUpsertConnector();
  return useMutation({
    mutationFn: (id: ConnectorId) => call(commands.updateConnector(id, { enabled: true })),
    onSuccess: (connector) => upsert(connector.id, connector),
  });
}

/** Where the doctor's last look at a connector is kept; steps are not kept for longer than the window. */
export const lastCheck = (id: ConnectorId): StateKey<Check | null> => stateKey(null, "check", id);

/** Has the doctor look at a connector; what was found stays until the next check. */
export function useCheckConnector() {
  const client = useQueryClient();
  const upsert = useUpsertConnector();
  return useMutation({
    mutationKey: ["check"],
    mutationFn: (id: ConnectorId) => call(commands.checkConnector(id)),
    onSuccess: (check, id) => {
      upsert(id, check.connector);
      clientState(client).set(lastCheck(id), check);
    },
  });
}

/** What the doctor last found, and whether it looks right now. */
export function useLastCheck(id: ConnectorId): { check: Check | null; checking: boolean } {
  const [check] = useClientState(lastCheck(id));
  const running = useIsMutating({ mutationKey: ["check"], predicate: (mutation) => mutation.state.variables === id });
  return { check, checking: running > 0 };
}

/** Has the doctor look at all connectors; each one's news comes as an event. */
export function useCheckAll() {
  return useMutation({ mutationFn: () => call(commands.checkConnectors()) });
}

/** Gives up a sign-in. */
export function useDisconnect() {
  const upsert = useUpsertConnector();
  const { toast } = useToasts();
  return useMutation({
    mutationFn: (id: ConnectorId) => call(commands.disconnectConnector(id)),
    onSuccess: ({ connector, revoked, note }) => {
      upsert(connector.id, connector);
      toast(revoked ? `${connector.title} disconnected, the provider was told` : `${connector.title} disconnected. ${note ?? ""}`.trim());
    },
  });
}

/** Removes a connector, with a way back. */
export function useRemoveConnector() {
  const client = useQueryClient();
  const upsert = useUpsertConnector();
  const { toast } = useToasts();
  const restore = useMutation({
    mutationFn: (id: ConnectorId) => call(commands.restoreConnector(id)),
    onSuccess: (connector) => upsert(connector.id, connector),
  });
  return useMutation({
    mutationFn: ({ id }: Connector) => call(commands.removeConnector(id)),
    onMutate: (connector) => upsert(connector.id, null),
    onSuccess: (_nothing, connector) => toast(`${connector.title} removed`, () => restore.mutate(connector.id)),
    onError: (_problem, connector) => {
      upsert(connector.id, connector);
      void client.invalidateQueries({ queryKey: ["connectors"] });
    },
  });
}

/** Brings back connectors that were removed together. */
export function useRestoreConnectors() {
  const upsert = useUpsertConnector();
  return useMutation({
    mutationFn: (ids: ConnectorId[]) => Promise.all(ids.map((id) => call(commands.restoreConnector(id)))),
    onSuccess: (connectors) => connectors.forEach((connector) => upsert(connector.id, connector)),
  });
}

/** Deletes a connector at its platform; the user has confirmed it. */
export function useDeleteConnector() {
  const upsert = useUpsertConnector();
  const { toast } = useToasts();
  return useMutation({
    mutationFn: ({ id }: Connector) => call(commands.deleteConnector(id, true)),
    onSuccess: (_nothing, connector) => {
      upsert(connector.id, null);
      toast(`${connector.title} deleted on ${connector.identity.account}`);
    },
  });
}
