import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from "@tanstack/react-router";
import { type AccountTab, accountTabs } from "@/components/accountTabs";
import { type ConnectorTab, connectorTabs } from "@/components/connectorTabs";
import { type AccountId } from "@/host/bindings";
import { NotFound } from "./NotFound";
import { PageError } from "./PageError";
import { HomeRoute } from "./routes/HomeRoute";
import { Shell } from "./Shell";

const asText = (value: unknown) => (typeof value === "string" ? value : undefined);

// Home is part of the first bundle. Other pages load on first visit, to save time and memory at the start.
const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({ getParentRoute: () => root, path: "/", component: HomeRoute });
const connectors = createRoute({
  getParentRoute: () => root,
  path: "/connectors",
  validateSearch: (search): { account?: AccountId } => ({ account: asText(search.account) }),
  component: lazyRouteComponent(() => import("./routes/ConnectorsRoute"), "ConnectorsRoute"),
});
const connector = createRoute({
  getParentRoute: () => root,
  path: "/connectors/$id",
  // An unknown tab must map to `undefined`: a missing key would keep the raw value.
  validateSearch: (search): { tab?: ConnectorTab } => ({ tab: connectorTabs.find((one) => one === search.tab) }),
  component: lazyRouteComponent(() => import("./routes/ConnectorRoute"), "ConnectorRoute"),
});
const account = createRoute({
  getParentRoute: () => root,
  path: "/accounts/$id",
  validateSearch: (search): { tab?: AccountTab; operation?: string } => ({
    tab: accountTabs.find((one) => one === search.tab),
    operation: asText(search.operation),
  }),
  component: lazyRouteComponent(() => import("./routes/AccountRoute"), "AccountRoute"),
});
const tools = createRoute({
  getParentRoute: () => root,
  path: "/tools",
  component: lazyRouteComponent(() => import("@/features/tools/ToolsPage"), "ToolsPage"),
});
const tool = createRoute({
  getParentRoute: () => root,
  path: "/tools/$connector/$tool",
  validateSearch: (search): { from?: string } => ({ from: asText(search.from) }),
  component: lazyRouteComponent(() => import("@/features/tools/ToolPage"), "ToolPage"),
});
const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  component: lazyRouteComponent(() => import("@/features/runs/RunsPage"), "RunsPage"),
});
const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$run",
  validateSearch: (search): { with?: string } => ({ with: asText(search.with) }),
  component: lazyRouteComponent(() => import("@/features/runs/RunPage"), "RunPage"),
});
const credentials = createRoute({
  getParentRoute: () => root,
  path: "/credentials",
  component: lazyRouteComponent(() => import("./routes/CredentialsRoute"), "CredentialsRoute"),
});
const catalogue = createRoute({
  getParentRoute: () => root,
  path: "/catalogue",
  component: lazyRouteComponent(() => import("./routes/CatalogueRoute"), "CatalogueRoute"),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("./routes/SettingsRoute"), "SettingsRoute"),
});

/** Creates the router. `history` is the hash in the app and memory in tests. */
export function newRouter(history: RouterHistory) {
  return createRouter({
    routeTree: root.addChildren([
      home,
      connectors,
      connector,
      account,
      tools,
      tool,
      runs,
      run,
      credentials,
      catalogue,
      settings,
    ]),
    history,
    defaultPreload: false,
    defaultErrorComponent: PageError,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
