import { createRootRoute, createRoute, createRouter, type RouterHistory, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { AccountPage, type AccountTab, accountTabs } from "@/features/accounts/AccountPage";
import { ConnectorPage, type ConnectorTab, connectorTabs } from "@/features/connectors/ConnectorPage";
import { ConnectorsPage } from "@/features/connectors/ConnectorsPage";
import { CredentialsPage } from "@/features/credentials/CredentialsPage";
import { HomePage } from "@/features/home/HomePage";
import { RunPage } from "@/features/runs/RunPage";
import { RunsPage } from "@/features/runs/RunsPage";
import { RunsPane } from "@/features/runs/RunsPane";
import { SettingsPage } from "@/features/settings/SettingsPage";
import { ToolPage } from "@/features/tools/ToolPage";
import { ToolsPage } from "@/features/tools/ToolsPage";
import { ToolsPane } from "@/features/tools/ToolsPane";
import { type AccountId, type ConnectorId } from "@/host/bindings";
import { useLayers } from "./LayersContext";
import { NotThere } from "./NotThere";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotThere });

const home = createRoute({ getParentRoute: () => root, path: "/", component: HomeRoute });
const connectors = createRoute({
  getParentRoute: () => root,
  path: "/connectors",
  validateSearch: (search): { account?: AccountId } => ({ account: typeof search.account === "string" ? search.account : undefined }),
  component: ConnectorsRoute,
});
const connector = createRoute({
  getParentRoute: () => root,
  path: "/connectors/$id",
  // An unknown tab is replaced, not left out: what is left out keeps its raw value.
  validateSearch: (search): { tab?: ConnectorTab } => ({ tab: connectorTabs.find((one) => one === search.tab) }),
  component: ConnectorRoute,
});
const account = createRoute({
  getParentRoute: () => root,
  path: "/accounts/$id",
  validateSearch: (search): { tab?: AccountTab; operation?: string } => ({
    tab: accountTabs.find((one) => one === search.tab),
    operation: typeof search.operation === "string" ? search.operation : undefined,
  }),
  component: AccountRoute,
});
const tools = createRoute({ getParentRoute: () => root, path: "/tools", component: ToolsPage });
const tool = createRoute({
  getParentRoute: () => root,
  path: "/tools/$connector/$tool",
  validateSearch: (search): { from?: string } => ({ from: typeof search.from === "string" ? search.from : undefined }),
  component: ToolPage,
});
const runs = createRoute({ getParentRoute: () => root, path: "/runs", component: RunsPage });
const run = createRoute({ getParentRoute: () => root, path: "/runs/$run", component: RunPage });
const credentials = createRoute({ getParentRoute: () => root, path: "/credentials", component: CredentialsRoute });
const settings = createRoute({ getParentRoute: () => root, path: "/settings", component: SettingsRoute });

/** The routes of the window over a history: the hash in the app, memory in tests. */
export function newRouter(history: RouterHistory) {
  return createRouter({
    routeTree: root.addChildren([home, connectors, connector, account, tools, tool, runs, run, credentials, settings]),
    history,
    defaultPreload: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}

function useOpenConnector() {
  const navigate = useNavigate();
  return (id: ConnectorId, tab?: ConnectorTab) => void navigate({ to: "/connectors/$id", params: { id }, search: tab ? { tab } : {} });
}

function HomeRoute() {
  const layers = useLayers();
  const navigate = useNavigate();
  return (
    <HomePage
      onAdd={layers.add}
      onSignIn={layers.signIn}
      onOpenConnector={useOpenConnector()}
      onOpenRun={(id) => void navigate({ to: "/runs/$run", params: { run: id } })}
      onOpenRuns={() => void navigate({ to: "/runs" })}
      onOpenCredentials={() => void navigate({ to: "/credentials" })}
      onOpenSettings={() => void navigate({ to: "/settings" })}
    />
  );
}

function ConnectorsRoute() {
  const { account: shown } = useSearch({ from: "/connectors" });
  const layers = useLayers();
  const navigate = useNavigate();
  return (
    <ConnectorsPage
      account={shown ?? null}
      onAccount={(id) => void navigate({ to: "/connectors", search: id === null ? {} : { account: id }, replace: true })}
      onAdd={() => layers.add()}
      onOpen={useOpenConnector()}
      onOpenAccount={(id) => void navigate({ to: "/accounts/$id", params: { id } })}
      onSignIn={layers.signIn}
    />
  );
}

function AccountRoute() {
  const { id } = useParams({ from: "/accounts/$id" });
  const { tab = "account", operation } = useSearch({ from: "/accounts/$id" });
  const navigate = useNavigate();
  const show = (search: { tab?: AccountTab; operation?: string }) => void navigate({ to: "/accounts/$id", params: { id }, search, replace: true });
  return (
    <AccountPage
      key={id}
      id={id}
      tab={tab}
      onTab={(next) => show({ tab: next, operation })}
      operation={operation ?? null}
      onOperation={(name) => show({ tab: "operations", operation: name })}
      onShowConnectors={() => void navigate({ to: "/connectors", search: { account: id } })}
      onLeave={() => void navigate({ to: "/connectors" })}
    />
  );
}

function ConnectorRoute() {
  const { id } = useParams({ from: "/connectors/$id" });
  const { tab } = useSearch({ from: "/connectors/$id" });
  const layers = useLayers();
  const navigate = useNavigate();
  return (
    <ConnectorPage
      key={id}
      id={id}
      tab={tab ?? "overview"}
      onTab={(next) => void navigate({ to: "/connectors/$id", params: { id }, search: { tab: next }, replace: true })}
      onSignIn={layers.signIn}
      onLeave={() => void navigate({ to: "/connectors" })}
      renderTools={(shown) => <ToolsPane connector={shown} />}
      renderRuns={(shown) => <RunsPane connector={shown} />}
    />
  );
}

function CredentialsRoute() {
  const openConnector = useOpenConnector();
  return <CredentialsPage onOpenConnector={(id) => openConnector(id)} />;
}

function SettingsRoute() {
  const layers = useLayers();
  return <SettingsPage onOpenKeys={layers.openKeys} />;
}
