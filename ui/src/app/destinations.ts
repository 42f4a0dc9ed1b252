import { type IconName } from "@/components/Icon";
import { type ShortcutId } from "@/components/shortcutTable";

/** The pages of the sidebar in order, with their shortcuts. */
export const destinations = [
  { path: "/", label: "Home", icon: "house", keys: "window.home" },
  { path: "/connectors", label: "Connectors", icon: "cable", keys: "window.connectors" },
  { path: "/tools", label: "Tools", icon: "wrench", keys: "window.tools" },
  { path: "/runs", label: "Runs", icon: "history", keys: "window.runs" },
  { path: "/credentials", label: "Credentials", icon: "key-round", keys: "window.credentials" },
  { path: "/catalogue", label: "Catalog", icon: "library", keys: "window.catalog" },
] as const satisfies { path: string; label: string; icon: IconName; keys: ShortcutId }[];
