import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouter, useRouterState } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef } from "react";
import { StatusBar } from "@/components/StatusBar";
import { useShortcut } from "@/components/shortcuts";
import { usePastedText } from "@/components/usePastedText";
import { AccountWatch } from "@/features/accounts/AccountWatch";
import { useChangePreferences } from "@/host/preferences";
import { queries } from "@/host/queries";
import { typedInto } from "@/lib/keys";
import { looksLikeServer } from "@/lib/pastedServer";
import { withDefaults } from "./appearance";
import { LayersProvider } from "./Layers";
import { useLayers } from "./LayersContext";
import { destinations } from "./destinations";
import styles from "./Shell.module.css";
import { Sidebar } from "./Sidebar";
import { useNarrow } from "./useNarrow";
import { useWindowDrag } from "./useWindowDrag";

/** The window frame: sidebar, current page, status bar, and the dialogs above them. */
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
  const { sidebarCollapsed } = withDefaults(data);
  useWindowKeys();
  usePasteToAdd();
  useWindowDrag();
  const main = useRef<HTMLDivElement>(null);
  useFocusOnPage(main);
  return (
    <div className={styles.shell}>
      <Sidebar
        collapsed={narrow || sidebarCollapsed}
        onToggle={() => change.mutate({ sidebarCollapsed: !sidebarCollapsed })}
      />
      <div className={styles.main} ref={main} tabIndex={-1}>
        <main className={styles.page}>
          <Outlet />
        </main>
        <StatusBar />
        <AccountWatch />
      </div>
    </div>
  );
}

/**
 * Moves the focus into a new page. The old page takes the focused element with it, and Tab and closing dialogs need a
 * place to continue from.
 */
function useFocusOnPage(main: RefObject<HTMLDivElement | null>) {
  // Pages load lazily: the resolved location changes once the page is rendered.
  const pathname = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(pathname);
  useEffect(() => {
    const isFirst = before.current === undefined;
    before.current = pathname;
    if (isFirst) return;
    // The page's own autofocus goes first.
    const timer = setTimeout(() => {
      if (document.activeElement !== document.body && document.activeElement !== main.current) return;
      (firstField(main.current) ?? main.current)?.focus({ preventScroll: true });
    });
    return () => clearTimeout(timer);
  }, [main, pathname]);
}

/** The first field of a page that opens as a form. */
function firstField(page: HTMLElement | null): HTMLElement | null {
  return page?.querySelector<HTMLElement>(`[data-fill-in] [role=form] :is(${typedInto})`) ?? null;
}

function useWindowKeys() {
  const navigate = useNavigate();
  const layers = useLayers();
  const go = (index: number) => void navigate({ to: destinations[index]?.path ?? "/" });
  useShortcut({ keys: "window.search", run: () => layers.openPalette() });
  useShortcut({ keys: "window.keys", inBar: true, run: layers.openKeys });
  useShortcut({ keys: "window.settings", run: () => void navigate({ to: "/settings" }) });
  useShortcut({ keys: "window.home", run: () => go(0) });
  useShortcut({ keys: "window.connectors", run: () => go(1) });
  useShortcut({ keys: "window.tools", run: () => go(2) });
  useShortcut({ keys: "window.runs", run: () => go(3) });
  useShortcut({ keys: "window.credentials", run: () => go(4) });
  useShortcut({ keys: "window.catalog", run: () => go(5) });
  const { history } = useRouter();
  useShortcut({ keys: "page.back", run: () => history.back() });
  useShortcut({ keys: "page.forward", run: () => history.forward() });
}

/** Opens the dialog that adds a connector when a server is pasted outside of fields. */
function usePasteToAdd() {
  const layers = useLayers();
  usePastedText((text) => {
    if (document.querySelector('[role="dialog"], [role="alertdialog"]') || !looksLikeServer(text)) return false;
    layers.add(text);
    return true;
  });
}
