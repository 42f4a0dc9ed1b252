import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { type PlatformFormDraft } from "@/components/PlatformForm/usePlatformForm";
import { type ConnectorId, type ConnectorSettings } from "@/host/bindings";

/** What was typed into the settings of a connector and not sent yet, and the settings that it began with. */
export type SettingsDraft = PlatformFormDraft & { settings: ConnectorSettings };

const all = new WeakMap<QueryClient, Map<ConnectorId, SettingsDraft>>();

/**
 * What was typed, for as long as the window is open: whoever goes to mend an account in the middle finds it
 * again, but for the secrets, which only the open form has.
 */
export function useSettingsDrafts(): Map<ConnectorId, SettingsDraft> {
  const client = useQueryClient();
  const known = all.get(client);
  if (known) return known;
  const drafts = new Map<ConnectorId, SettingsDraft>();
  all.set(client, drafts);
  return drafts;
}
