import { type IconName } from "@/components/Icon";

/** Where one can go, in the order of the sidebar; the n-th answers to Mod+n. */
export const destinations = [
  { path: "/", label: "Home", icon: "house" },
  { path: "/connectors", label: "Connectors", icon: "cable" },
  { path: "/tools", label: "Tools", icon: "wrench" },
  { path: "/runs", label: "Runs", icon: "history" },
  { path: "/credentials", label: "Credentials", icon: "key-round" },
  { path: "/catalogue", label: "Catalog", icon: "library" },
] as const satisfies { path: string; label: string; icon: IconName }[];
