import { type PlatformFormDraft } from "@/components/PlatformForm/usePlatformForm";
import { type ConnectorId, type ConnectorSettings } from "@/host/bindings";
import { type StateKey, stateKey } from "@/host/clientState";

/** What was typed into the settings of a connector and not sent yet, and the settings that it began with. */
type SettingsDraft = PlatformFormDraft & { settings: ConnectorSettings };

/**
 * Where it waits: whoever goes to mend an account in the middle finds it again, but for the secrets, which
 * only the open form has.
 */
export const settingsDraft = (id: ConnectorId): StateKey<SettingsDraft | null> => stateKey(null, "settings", id);
