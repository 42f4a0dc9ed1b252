import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { StatusBar } from "@/components/StatusBar";
import { useShortcut } from "@/components/shortcuts";
import { AccountWatch } from "@/features/accounts/AccountWatch";
import { useChangePreferences } from "@/host/preferences";
import { queries } from "@/host/queries";
import { takesText } from "@/lib/keys";
import { complete } from "./appearance";
import { LayersProvider } from "./Layers";
import { useLayers } from "./LayersContext";
import { places } from "./places";
import styles from "./Shell.module.css";
import { Sidebar } from "./Sidebar";
import { useNarrow } from "./useNarrow";

/** The window: sidebar, the page of the route, status bar, and the layers above them. */
export function Shell() {
  return (
    <LayersProvider>
      <Frame />
    </LayersProvider>
  );
}

function Frame() {
  const narrow = useNarrow();
  const { data } = useQuery(queries.preferences());
  const change = useChangePreferences();
  const { sidebarCollapsed } = complete(data);
  useWindowKeys();
  usePasteToAdd();
  return (
    <div className={styles.shell}>
      <Sidebar collapsed={narrow || sidebarCollapsed} onToggle={() => change.mutate({ sidebarCollapsed: !sidebarCollapsed })} />
      <div className={styles.main}>
        <main className={styles.page}>
          <Outlet />
        </main>
        <StatusBar />
        <AccountWatch />
      </div>
    </div>
  );
}

function useWindowKeys() {
  const navigate = useNavigate();
  const layers = useLayers();
  const go = (index: number) => void navigate({ to: places[index]?.path ?? "/" });
  useShortcut({ keys: "Mod+K", label: "Search or do", run: () => layers.openPalette() });
  useShortcut({ keys: "?", label: "All keys", inBar: true, run: layers.openKeys });
  useShortcut({ keys: "Mod+,", label: "Settings", run: () => void navigate({ to: "/settings" }) });
  useShortcut({ keys: "Mod+1", label: "Home", run: () => go(0) });
  useShortcut({ keys: "Mod+2", label: "Connectors", run: () => go(1) });
  useShortcut({ keys: "Mod+3", label: "Tools", run: () => go(2) });
  useShortcut({ keys: "Mod+4", label: "Runs", run: () => go(3) });
  useShortcut({ keys: "Mod+5", label: "Credentials", run: () => go(4) });
  useShortcut({ keys: "Mod+6", label: "Catalogue", run: () => go(5) });
}

/** An address pasted outside a field opens the dialog that adds it. */
function usePasteToAdd() {
  const layers = useLayers();
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (takesText(event.target) || document.querySelector('[role="dialog"], [role="alertdialog"]')) return;
      const text = event.clipboardData?.getData("text/plain").trim() ?? "";
      if (!/^https?:\/\/\S+$/.test(text)) return;
      event.preventDefault();
      layers.add(text);
    };
    addEventListener("paste", paste);
    return () => removeEventListener("paste", paste);
  }, [layers]);
}
