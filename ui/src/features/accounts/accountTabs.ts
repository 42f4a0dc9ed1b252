/** The parts of an account's page; apart from it, because an address is read before the page is. */
export const accountTabs = ["account", "operations"] as const;
export type AccountTab = (typeof accountTabs)[number];
