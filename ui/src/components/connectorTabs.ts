/** Tabs of a connector's page. Apart from the page, because the router reads them before it loads the page. */
export const connectorTabs = [
  "overview",
  "tools",
  "runs",
  "resources",
  "prompts",
  "log",
  "credentials",
  "settings",
] as const;
export type ConnectorTab = (typeof connectorTabs)[number];
