/** The tabs of an account's page. In a module of their own, because routes need them before the page loads. */
export const accountTabs = ["account", "operations"] as const;
export type AccountTab = (typeof accountTabs)[number];
