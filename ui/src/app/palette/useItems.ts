import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useContext, useMemo, useState } from "react";
import { accountLook } from "@/components/accountLook";
import { statusLook } from "@/components/connectorStatus";
import { isSignInAction, tabFor } from "@/components/nextAction";
import { type ActiveShortcut, ShortcutContext } from "@/components/shortcuts";
import { runStates } from "@/components/ToolResult/runWords";
import { type Go, useGo } from "@/components/useGo";
import { type AccountState, useAccountStates, useRefreshAccounts } from "@/host/accountSync";
import {
  type Account,
  type Connector,
  type ConnectorId,
  type HeldSession,
  type ToolRunSummary,
  type ToolSummary,
  type WalletEntry,
} from "@/host/bindings";
import { hasAccounts } from "@/host/platforms";
import { useCheckAll } from "@/host/useCheckAll";
import { useEndSessions } from "@/host/useEndSessions";
import { useChangePreferences } from "@/host/preferences";
import { everyRun, queries } from "@/host/queries";
import { ago, duration } from "@/lib/time";
import { capital, joinTexts } from "@/lib/words";
import { type Layers, useLayers } from "../LayersContext";
import { destinations } from "../destinations";
import { type Item } from "./items";

/** Returns everything that the palette can find or do. */
export function useItems(): Item[] {
  const navigate = useNavigate();
  const go = useGo();
  const layers = useLayers();
  const registry = useContext(ShortcutContext);
  // The shortcuts that were active on the page when the palette opened.
  const [here] = useState(() => registry.active());
  const [now] = useState(() => new Date());
  const { mutate: changePreferences } = useChangePreferences();
  const { mutate: check } = useCheckAll();
  const { mutate: endSessions } = useEndSessions("All sessions ended");
  const refresh = useRefreshAccounts();
  const states = useAccountStates();
  const { data: accounts } = useQuery(queries.accounts());
  const { data: connectors } = useQuery(queries.connectors());
  const { data: tools } = useQuery(queries.tools(null));
  const { data: runs } = useQuery(queries.runs({ ...everyRun, limit: 50 }));
  const { data: wallet } = useQuery(queries.wallet());
  const { data: held = none } = useQuery({ ...queries.sessions(), select: connectorsOf });

  return useMemo(() => {
    const hosted = (accounts ?? []).filter(hasAccounts);
    const byId = new Map(connectors?.map((connector) => [connector.id, connector]));
    const actions: Item[] = [
      ...here.filter(isOfPage).map(hereItem),
      ...destinations.map((place): Item => ({
        id: `go-${place.path}`,
        group: "do",
        text: `Go to ${place.label}`,
        detail: "",
        start: place.icon,
        keys: place.keys,
        run: () => void navigate({ to: place.path }),
      })),
      action("add", "Add connector", "plus", () => layers.add()),
      action("add-account", "Add account", "plus", layers.addAccount),
      ...(hosted.length > 0 ? [action("refresh", "Refresh all accounts", "refresh-cw", () => void refresh())] : []),
      action("check-all", "Check all connectors", "refresh-cw", () => check()),
      ...(held.length > 0 ? [action("end-sessions", "End all sessions", "power", () => endSessions(held))] : []),
      { ...action("settings", "Settings", "settings", go.settings), keys: "window.settings" },
      { ...action("keys", "Keyboard shortcuts", "keyboard", layers.openKeys), keys: "window.keys" },
      action("light", "Light theme", "eye", () => changePreferences({ theme: "light" })),
      action("dark", "Dark theme", "eye-off", () => changePreferences({ theme: "dark" })),
      action("system", "System theme", "eye", () => changePreferences({ theme: "system" })),
      action("comfortable", "Use comfortable rows", "list-checks", () => changePreferences({ density: "comfortable" })),
      action("compact", "Use compact rows", "list-checks", () => changePreferences({ density: "compact" })),
    ];
    return [
      ...(connectors ?? []).flatMap((connector) =>
        connector.needsAttention ? [needItem(connector, go, layers.signIn)] : [],
      ),
      ...hosted.flatMap((account) => neededAccount(account, states.get(account.id) ?? "fine", go)),
      ...(tools ?? []).map((tool) => toolItem(tool, byId.get(tool.connector), go)),
      ...(connectors ?? []).map((connector) => connectorItem(connector, go)),
      ...(runs?.runs ?? []).map((run) => runItem(run, now, go)),
      ...(wallet ?? []).map((entry) => credentialItem(entry, go)),
      ...actions,
      ...hosted.flatMap((account) => accountItems(account, go, layers)),
    ];
  }, [
    now,
    here,
    accounts,
    states,
    refresh,
    connectors,
    tools,
    runs,
    wallet,
    held,
    navigate,
    go,
    layers,
    changePreferences,
    check,
    endSessions,
  ]);
}

const none: ConnectorId[] = [];

/** Each connector once: sessions grow older each second, and the items stay the same. */
function connectorsOf(sessions: HeldSession[]): ConnectorId[] {
  return [...new Set(sessions.map(({ connector }) => connector))];
}

/** Whether a shortcut belongs to the page: window shortcuts have entries of their own, and some only move the focus. */
function isOfPage({ keys }: ActiveShortcut): boolean {
  return !/^(window\.|(list\.filter|Escape|Space)$)/.test(keys);
}

function hereItem({ keys, label, run }: ActiveShortcut): Item {
  return { id: `here-${keys}`, group: "do", text: label, detail: "This page", start: "keyboard", keys, run };
}

function action(id: string, text: string, start: Extract<Item["start"], string>, run: () => void): Item {
  return { id, group: "do", text, detail: "", start, run };
}

function neededAccount(account: Account, state: AccountState, go: Go): Item[] {
  const { glyph, word } = accountLook(state);
  if (!glyph) return [];
  return [
    {
      id: `need-${account.id}`,
      group: "needs",
      text: account.label,
      detail: "Account",
      start: { platform: account.platform },
      status: { glyph, word },
      run: () => go.account(account.id, "account"),
    },
  ];
}

function accountItems({ id, label, platform }: Account, go: Go, { create }: Layers): Item[] {
  const item = (what: string, text: string, run: () => void): Item => ({
    id: `${what}-${id}`,
    group: "do",
    text,
    detail: "Account",
    start: { platform },
    run,
  });
  return [
    item("account", `Open ${label}`, () => go.account(id, "account")),
    item("operations", `API of ${label}`, () => go.account(id, "operations")),
    item("connectors", `Connectors of ${label}`, () => go.connectors(id)),
    item("create", `Create connector on ${label}`, () => create({ kind: "definition", account: id })),
  ];
}

function identityText(connector: Connector): string {
  return joinTexts(" · ", connector.identity.account, connector.identity.credential);
}

function needItem(connector: Connector, go: Go, signIn: (connector: Connector) => void): Item {
  const remedy = connector.nextAction;
  const { glyph, word } = statusLook(connector, connector.changedTools);
  return {
    id: `need-${connector.id}`,
    group: "needs",
    text: connector.title,
    detail: connector.status.reason ? capital(connector.status.reason) : identityText(connector),
    start: { connector },
    status: { glyph, word },
    run: () => (isSignInAction(remedy) ? signIn(connector) : go.connector(connector.id, remedy && tabFor(remedy))),
  };
}

function toolItem(tool: ToolSummary, connector: Connector | undefined, go: Go): Item {
  return {
    id: `tool-${tool.connector}-${tool.name}`,
    group: "tools",
    text: tool.name,
    detail: joinTexts(" · ", tool.title, connector?.title, connector?.identity.credential, connector?.identity.account),
    start: "wrench",
    mono: true,
    run: () => go.tool(tool.connector, tool.name),
  };
}

function connectorItem(connector: Connector, go: Go): Item {
  return {
    id: `connector-${connector.id}`,
    group: "connectors",
    text: connector.title,
    detail: identityText(connector),
    start: { connector },
    status: statusLook(connector, connector.changedTools),
    run: () => go.connector(connector.id),
  };
}

function runItem(run: ToolRunSummary, now: Date, go: Go): Item {
  return {
    id: `run-${run.id}`,
    group: "runs",
    text: run.tool,
    detail: joinTexts(
      " · ",
      run.argumentsLine,
      run.connectorTitle,
      ago(run.startedAt, now),
      run.durationMs !== null && duration(run.durationMs),
    ),
    start: "history",
    mono: true,
    status: runStates[run.state],
    run: () => go.run(run.id),
  };
}

function credentialItem(entry: WalletEntry, go: Go): Item {
  return {
    id: `credential-${entry.id}`,
    group: "credentials",
    text: entry.name,
    detail: entry.usedBy.length === 0 ? "Not used" : entry.usedBy.map((user) => user.title).join(", "),
    start: "key-round",
    run: () => go.credentials(entry.id),
  };
}
