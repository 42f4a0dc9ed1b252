import { type QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { AppearanceContext } from "@/components/AppearanceContext";
import { CopyContext } from "@/components/CopyContext";
import { MacContext, useMac } from "@/components/MacContext";
import { hasOpenDialog } from "@/components/openDialogs";
import { ShortcutContext, ShortcutRegistry } from "@/components/shortcuts";
import { StatusBarProvider } from "@/components/StatusBar";
import { Toasts } from "@/components/Toast";
import { OverridesContext, useKeysOf } from "@/components/useKeysOf";
import { commands } from "@/host/bindings";
import { call } from "@/host/call";
import { applyEvent, listen } from "@/host/events";
import { queries } from "@/host/queries";
import { useToasts } from "@/host/toasts";
import { pressed } from "@/lib/keys";
import { applyAppearance, applySystem, withDefaults, watchSystem } from "./appearance";

type Props = { client: QueryClient; children: ReactNode };

/** Provides what all views need: query cache, host events, appearance, shortcuts, clipboard and toasts. */
export function Providers({ client, children }: Props) {
  const [registry] = useState(() => new ShortcutRegistry());
  return (
    <QueryClientProvider client={client}>
      <ShortcutContext value={registry}>
        <AppearanceProvider>
          <StatusBarProvider>
            <ClipboardProvider>
              <EventReader />
              <ShortcutListener registry={registry} />
              {children}
            </ClipboardProvider>
            <Toasts />
          </StatusBarProvider>
        </AppearanceProvider>
      </ShortcutContext>
    </QueryClientProvider>
  );
}

function AppearanceProvider({ children }: { children: ReactNode }) {
  const { data: about } = useQuery(queries.about());
  const { data } = useQuery(queries.preferences());
  const preferences = useMemo(() => withDefaults(data), [data]);
  useEffect(() => {
    if (!data) return;
    applyAppearance(preferences);
    return watchSystem(() => applyAppearance(preferences));
  }, [data, preferences]);
  useEffect(() => {
    if (about) applySystem(about.mac);
  }, [about]);
  const appearance = useMemo(
    () => ({ compact: preferences.density === "compact", zoomPercent: preferences.zoomPercent }),
    [preferences],
  );
  return (
    <MacContext value={about?.mac ?? false}>
      <OverridesContext value={preferences.shortcuts}>
        <AppearanceContext value={appearance}>{children}</AppearanceContext>
      </OverridesContext>
    </MacContext>
  );
}

function ClipboardProvider({ children }: { children: ReactNode }) {
  const { toast } = useToasts();
  const copy = useCallback(
    (text: string, what: string) => {
      void call(commands.copyText(text)).then(
        () => toast(`${what} copied`),
        () => toast("Couldn't copy. Select the text and copy it yourself."),
      );
    },
    [toast],
  );
  return <CopyContext value={copy}>{children}</CopyContext>;
}

function EventReader() {
  const client = useQueryClient();
  const { announce, toast } = useToasts();
  useEffect(
    () =>
      listen((event) => {
        applyEvent(client, event);
        // The page shows the details for as long as the need exists; the toast only points there.
        // A dialog's buttons may lie where it would be.
        if (event.kind === "need_arose") (hasOpenDialog() ? announce : toast)(event.need.headline);
        if (event.kind === "run_changed" && event.run.state !== "running") {
          announce(`${event.run.tool} ${event.run.state === "done" ? "finished" : event.run.state}`);
        }
      }),
    [client, announce, toast],
  );
  return null;
}

function ShortcutListener({ registry }: { registry: ShortcutRegistry }) {
  const { data: preferences } = useQuery(queries.preferences());
  const keysOf = useKeysOf();
  const mac = useMac();
  const singles = withDefaults(preferences).singleLetterKeys;
  useEffect(() => {
    const settings = { keysOf, mac, singles };
    const read = (event: KeyboardEvent) => void registry.dispatch(event, settings);
    // Buttons handle Enter themselves, also with Ctrl or Command. Submit keys are therefore read in the capture phase.
    const readFirst = (event: KeyboardEvent) => {
      if (pressed(event, "Mod+Enter", mac) && registry.dispatch(event, settings)) event.stopPropagation();
    };
    addEventListener("keydown", readFirst, true);
    addEventListener("keydown", read);
    return () => {
      removeEventListener("keydown", readFirst, true);
      removeEventListener("keydown", read);
    };
  }, [registry, keysOf, mac, singles]);
  return null;
}
