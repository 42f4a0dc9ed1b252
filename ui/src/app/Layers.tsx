import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import { FixContext } from "@/components/FixContext";
import { FocusReturn } from "@/components/FocusReturn";
import { useHasOpenDialog } from "@/components/openDialogs";
import { useGo } from "@/components/useGo";
import { useSignIn } from "@/features/authorizations/useSignIn";
import { type KnownServer } from "@/features/connectors/knownServer";
import { useDroppedBundle } from "@/features/connectors/useDroppedBundle";
import { type CreateStart } from "@/features/create/createStart";
import { CreateDrafts } from "@/features/create/drafts";
import { type AccountId } from "@/host/bindings";
import { hasAccounts } from "@/host/platforms";
import { queries } from "@/host/queries";
import { useToasts } from "@/host/toasts";
import { count } from "@/lib/words";
import {
  AddAccountDialog,
  AddDialog,
  AuthorizationLayer,
  CheatSheet,
  CreateSheet,
  Palette,
  usePreloadPalette,
} from "./lazyLayers";
import { type Layers, LayersContext } from "./LayersContext";
import { OfferedLink } from "./OfferedLink";
import { OpenQuestion } from "./OpenQuestion";
import { RefusedLink } from "./RefusedLink";
import { useFixes } from "./useFixes";
import { useOpenTools } from "./useOpenTools";

type Open =
  | { kind: "add"; address: string; isDropped?: boolean; known?: KnownServer }
  | { kind: "create"; start: CreateStart }
  | { kind: "account" }
  | { kind: "palette"; prefix: string }
  | { kind: "keys" }
  | null;

/** Holds the state of the dialogs that open over any page. */
export function LayersProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<Open>(null);
  const signIn = useSignIn();
  const client = useQueryClient();
  const go = useGo();
  const openTools = useOpenTools();
  const { toast } = useToasts();
  const { start, show } = signIn;
  const fixes = useFixes(start);
  const [drafts] = useState(() => new CreateDrafts());
  const { data: accounts } = useQuery(queries.accounts());
  const hasChoice = accounts?.some(hasAccounts) ?? false;
  const layers = useMemo<Layers>(
    () => ({
      add: (address = "", known) =>
        setOpen(
          hasChoice && address === ""
            ? { kind: "create", start: { kind: "account" } }
            : { kind: "add", address, known },
        ),
      create: (from) => setOpen({ kind: "create", start: from }),
      addAccount: () => setOpen({ kind: "account" }),
      signIn: (connector, onStart) => start(connector, null, onStart),
      showAuthorization: show,
      openPalette: (prefix = "") => setOpen({ kind: "palette", prefix }),
      openKeys: () => setOpen({ kind: "keys" }),
    }),
    [start, show, hasChoice],
  );
  const hasDialog = useHasOpenDialog();
  const isFree = open === null && !signIn.shown && !hasDialog;
  const addDropped = useCallback(() => setOpen({ kind: "add", address: "", isDropped: true }), []);
  useDroppedBundle(isFree ? addDropped : null);
  const close = () => setOpen(null);
  /** Opens the connectors of a new account, or its own page if it has none. */
  const openAdded = async (id: AccountId) => {
    const connectors = await client.fetchQuery({ ...queries.connectors(), staleTime: 0 }).catch(() => []);
    if (connectors.some((one) => one.account === id)) go.connectors(id);
    else go.account(id);
  };
  usePreloadPalette();
  return (
    <LayersContext value={layers}>
      <FixContext value={fixes}>{children}</FixContext>
      {/* Between dialogs the focus returns to the page: each dialog remembers only what had it when it opened. */}
      {open && <FocusReturn />}
      <Suspense>
        {open?.kind === "add" && (
          <AddDialog
            address={open.address}
            isDropped={open.isDropped}
            known={open.known}
            onClose={close}
            onAdded={(connector, connect) => {
              close();
              openTools(connector.id);
              go.connector(connector.id);
              if (connect) start(connector);
            }}
            onAddedSeveral={(all) => {
              close();
              toast(`${count(all.length, "connector")} added`);
              go.connectors();
            }}
          />
        )}
        {open?.kind === "create" && (
          <CreateSheet
            start={open.start}
            drafts={drafts}
            onClose={close}
            onAddHere={(address = "") => setOpen({ kind: "add", address })}
            onAddAccount={() => setOpen({ kind: "account" })}
            onCreated={(connector, needsSignIn) => {
              close();
              go.connector(connector.id);
              if (needsSignIn) start(connector);
            }}
            onShowAuthorization={show}
          />
        )}
        {open?.kind === "account" && (
          <AddAccountDialog
            onClose={close}
            onAdded={(account) => {
              close();
              void openAdded(account.id);
            }}
          />
        )}
        {open?.kind === "palette" && <Palette prefix={open.prefix} onClose={close} />}
        <RefusedLink />
        <OfferedLink isFree={isFree} onOffered={(address) => setOpen({ kind: "add", address })} />
        <OpenQuestion />
        {open?.kind === "keys" && <CheatSheet onClose={close} />}
        {signIn.shown && <AuthorizationLayer signIn={signIn} />}
      </Suspense>
    </LayersContext>
  );
}
