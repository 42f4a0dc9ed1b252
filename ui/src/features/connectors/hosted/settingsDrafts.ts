import { type PlatformFormDraft } from "@/components/PlatformForm/usePlatformForm";
import { type ConnectorId, type ConnectorSettings } from "@/host/bindings";
import { type StateKey, stateKey } from "@/host/clientState";

/** Unsent changes to the settings of a connector, and the settings that they started from. */
type SettingsDraft = PlatformFormDraft & { settings: ConnectorSettings };

/** Key of the draft, which survives leaving the page. Secrets are kept only in the open form. */
export const settingsDraft = (id: ConnectorId): StateKey<SettingsDraft | null> => stateKey(null, "settings", id);
