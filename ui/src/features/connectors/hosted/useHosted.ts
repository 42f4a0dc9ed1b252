import { type PlatformFormDraft } from "@/components/PlatformForm/usePlatformForm";
import {
  type Action,
  type RunAction,
  type ChangeSettings,
  commands,
  type Connector,
  type ConnectorId,
  type ConnectorSettings,
  type Level,
} from "@/host/bindings";
import { clientState, type StateKey, stateKey } from "@/host/clientState";
import { keys } from "@/host/queries";
import { upsertConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";
import { lastCheck } from "../useConnectorActions";

/** Unsent changes to the settings of a connector, and the settings that they started from. */
type SettingsDraft = PlatformFormDraft & { settings: ConnectorSettings };

/** Key of the draft, which survives leaving the page. Secrets are kept only in the open form. */
export const settingsDraft = (id: ConnectorId): StateKey<SettingsDraft | null> => stateKey(null, "settings", id);

/** Whether an action takes input or a confirmation. */
export const opensDialog = (action: Action) => action.inputSchema !== null || action.needsConfirmation;

/** A change to one connector can affect others, for example by a role: everything is read again. */
const everything = { invalidates: [keys.connectors], refetches: [keys.hosted] };

export function useRunAction({ id, status }: Connector) {
  return useCommand({
    command: ({ action, ...input }: Omit<RunAction, "connector" | "action"> & { action: Action }) =>
      commands.runAction({ connector: id, action: action.name, ...input }),
    update: (client, { connector }) => {
      // The last check describes the previous state.
      if (connector.status.status !== status.status) clientState(client).set(lastCheck(id), null);
      upsertConnector(client, connector);
    },
    toast: (_outcome, { action }) => `${action.title} done`,
    unseenFailure: ({ action }) => `${action.title} failed`,
    ...everything,
  });
}

export function useChangeSettings(id: ConnectorId) {
  return useCommand({
    command: (change: ChangeSettings) => commands.changeSettings(id, change),
    // What was typed meanwhile stays.
    update: (client, _done, { values }) =>
      clientState(client).set(settingsDraft(id), (now) => (now?.values === values ? null : now)),
    toast: () => "Settings changed",
    unseenFailure: () => "Settings not changed",
    ...everything,
  });
}

/** Creates or replaces a credential at the platform. `done` is the text of the toast. */
export function useSaveCredential(done: string) {
  return useCommand({
    command: commands.savePlatformCredential,
    toast: () => done,
    unseenFailure: () => "Credential not saved",
    ...everything,
  });
}

type Target = { level: Level; name: string; title: string };

/** Makes a credential the default of its level. */
export function useMakeDefault(id: ConnectorId) {
  return useCommand({
    command: ({ level, name }: Target) => commands.makePlatformCredentialDefault(id, level, name),
    toast: (_nothing, { title }) => `${title} is now the default`,
    unseenFailure: ({ title }) => `${title} not made the default`,
    ...everything,
  });
}

/** Deletes a credential at the platform. Only for use after the user has confirmed it. */
export function useRemoveCredential(id: ConnectorId) {
  return useCommand({
    command: ({ level, name }: Target) => commands.removePlatformCredential(id, level, name, true),
    toast: (_nothing, { title }) => `${title} deleted`,
    unseenFailure: ({ title }) => `${title} not deleted`,
    ...everything,
  });
}
