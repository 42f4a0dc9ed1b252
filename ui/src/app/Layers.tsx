import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, Suspense, useMemo, useState } from "react";
import { useSignIn } from "@/features/authorizations/useSignIn";
import { AddAccountDialog, AddDialog, AuthorizationLayer, CheatSheet, Palette, useReadAhead } from "./lazyLayers";
import { type Layers, LayersContext } from "./LayersContext";
import { RefusedLink } from "./RefusedLink";

type Open = { kind: "add"; address: string } | { kind: "account" } | { kind: "palette"; prefix: string } | { kind: "keys" } | null;

/** Holds the dialogs that open over any page. */
export function LayersProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<Open>(null);
  const signIn = useSignIn();
  const navigate = useNavigate();
  const { start, show } = signIn;
  const layers = useMemo<Layers>(
    () => ({
      add: (address = "") => setOpen({ kind: "add", address }),
      addAccount: () => setOpen({ kind: "account" }),
      signIn: start,
      showAuthorization: show,
      openPalette: (prefix = "") => setOpen({ kind: "palette", prefix }),
      openKeys: () => setOpen({ kind: "keys" }),
    }),
    [start, show],
  );
  const close = () => setOpen(null);
  useReadAhead();
  return (
    <LayersContext value={layers}>
      {children}
      <Suspense>
        {open?.kind === "add" && (
          <AddDialog
            address={open.address}
            onClose={close}
            onAdded={(connector, connect) => {
              close();
              void navigate({ to: "/connectors/$id", params: { id: connector.id } });
              if (connect) start(connector);
            }}
          />
        )}
        {open?.kind === "account" && (
          <AddAccountDialog
            onClose={close}
            onAdded={(account) => {
              close();
              void navigate({ to: "/accounts/$id", params: { id: account.id } });
            }}
          />
        )}
        {open?.kind === "palette" && <Palette prefix={open.prefix} onClose={close} />}
        <RefusedLink />
        {open?.kind === "keys" && <CheatSheet onClose={close} />}
        {signIn.shown && (
          <AuthorizationLayer
            signIn={signIn}
            onOpenConnector={(id) => void navigate({ to: "/connectors/$id", params: { id }, search: { tab: "tools" } })}
            onOpenVault={() => void navigate({ to: "/credentials" })}
          />
        )}
      </Suspense>
    </LayersContext>
  );
}
