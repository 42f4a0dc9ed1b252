import { SettingsPage } from "@/features/settings/SettingsPage";
import { useLayers } from "../LayersContext";

export function SettingsRoute() {
  const layers = useLayers();
  return <SettingsPage onOpenKeys={layers.openKeys} />;
}
