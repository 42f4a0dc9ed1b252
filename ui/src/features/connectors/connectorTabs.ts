/** The parts of a connector's page; apart from it, because an address is read before the page is. */
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
