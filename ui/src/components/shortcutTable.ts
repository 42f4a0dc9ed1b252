/** Sections of the list of shortcuts. */
export const groups = [
  "Anywhere",
  "In lists",
  "In forms",
  "On Home and connectors",
  "On tools and runs",
  "On credentials",
  "On the catalog",
  "During sign-in",
  "At first launch",
] as const;

type Group = (typeof groups)[number];
type Entry = { group: Group; label: string; keys: string; /** On a Mac, where that differs. */ mac?: string };

/** All shortcuts that can be changed, with their default keys. Ids are stored in preferences and must not change. */
export const shortcutTable = {
  "window.search": { group: "Anywhere", label: "Search or run a command", keys: "Mod+K" },
  "window.keys": { group: "Anywhere", label: "Keyboard shortcuts", keys: "?" },
  "window.settings": { group: "Anywhere", label: "Settings", keys: "Mod+," },
  "window.home": { group: "Anywhere", label: "Home", keys: "Mod+1" },
  "window.connectors": { group: "Anywhere", label: "Connectors", keys: "Mod+2" },
  "window.tools": { group: "Anywhere", label: "Tools", keys: "Mod+3" },
  "window.runs": { group: "Anywhere", label: "Runs", keys: "Mod+4" },
  "window.credentials": { group: "Anywhere", label: "Credentials", keys: "Mod+5" },
  "window.catalog": { group: "Anywhere", label: "Catalog", keys: "Mod+6" },
  // As in browsers. On a Mac, Option with an arrow moves by words in a text field.
  "page.back": { group: "Anywhere", label: "Back", keys: "Alt+ArrowLeft", mac: "Mod+[" },
  "page.forward": { group: "Anywhere", label: "Forward", keys: "Alt+ArrowRight", mac: "Mod+]" },
  "window.undo": { group: "Anywhere", label: "Undo", keys: "Mod+Z" },
  "page.find": { group: "Anywhere", label: "Find in text", keys: "Mod+F" },
  "list.filter": { group: "In lists", label: "Filter", keys: "/" },
  "list.select": { group: "In lists", label: "Select", keys: "X" },
  "list.selectAll": { group: "In lists", label: "Select all", keys: "Mod+A" },
  "list.delete": { group: "In lists", label: "Delete", keys: "Backspace" },
  "tab.previous": { group: "In lists", label: "Previous tab", keys: "[" },
  "tab.next": { group: "In lists", label: "Next tab", keys: "]" },
  "form.submit": { group: "In forms", label: "Run, or finish a form", keys: "Mod+Enter" },
  "form.cancel": { group: "In forms", label: "Cancel", keys: "Mod+." },
  "form.save": { group: "In forms", label: "Save settings", keys: "Mod+S" },
  "form.mode": { group: "In forms", label: "Form or JSON", keys: "Mod+J" },
  "form.nextProblem": { group: "In forms", label: "Next problem", keys: "F8" },
  "form.copyCommand": { group: "In forms", label: "Copy as command", keys: "Mod+Shift+C" },
  "connectors.add": { group: "On Home and connectors", label: "Add connector", keys: "N" },
  "connectors.connect": { group: "On Home and connectors", label: "Sign in or fix", keys: "C" },
  "connectors.check": { group: "On Home and connectors", label: "Check", keys: "D" },
  "connectors.refresh": { group: "On Home and connectors", label: "Refresh", keys: "R" },
  "connectors.turnOn": { group: "On Home and connectors", label: "Turn on selected", keys: "Shift+E" },
  "connectors.turnOff": { group: "On Home and connectors", label: "Turn off selected", keys: "Shift+D" },
  "connectors.accept": { group: "On Home and connectors", label: "Accept changes", keys: "Shift+A" },
  "accounts.test": { group: "On Home and connectors", label: "Test sign-in", keys: "T" },
  "tools.dryRun": { group: "On tools and runs", label: "Dry run", keys: "Mod+Shift+Enter" },
  "tools.nextPage": { group: "On tools and runs", label: "Next page", keys: "Mod+Shift+N" },
  "tools.copyName": { group: "On tools and runs", label: "Copy name", keys: "Y" },
  "runs.compare": { group: "On tools and runs", label: "Compare", keys: "Mod+D" },
  "runs.edit": { group: "On tools and runs", label: "Edit and run", keys: "E" },
  "runs.again": { group: "On tools and runs", label: "Run again", keys: "R" },
  "runs.elsewhere": { group: "On tools and runs", label: "Run elsewhere", keys: "A" },
  "runs.pin": { group: "On tools and runs", label: "Pin", keys: "P" },
  "runs.rename": { group: "On tools and runs", label: "Name and note", keys: "N" },
  "credentials.add": { group: "On credentials", label: "Add credential", keys: "N" },
  "credentials.rotate": { group: "On credentials", label: "Rotate", keys: "R" },
  "credentials.open": { group: "On credentials", label: "Open credentials", keys: "O" },
  "catalog.refresh": { group: "On the catalog", label: "Refresh all accounts", keys: "R" },
  "signIn.open": { group: "During sign-in", label: "Open browser again", keys: "O" },
  "signIn.copy": { group: "During sign-in", label: "Copy link", keys: "L" },
  "first.playground": { group: "At first launch", label: "Try the Playground", keys: "P" },
  "first.account": { group: "At first launch", label: "Sign in to a platform", keys: "A" },
  "first.catalog": { group: "At first launch", label: "Browse the catalog", keys: "C" },
} as const satisfies Record<string, Entry>;

export type ShortcutId = keyof typeof shortcutTable;

/** Keys of the first rows of the list of needs. */
export const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

/** Keys that cannot be changed: those of lists, dialogs and fields, and row numbers. */
const fixed = [
  { group: "Anywhere", label: "Add the address you copied", keys: ["Mod+V"] },
  { group: "Anywhere", label: "Copy, cut", keys: ["Mod+C", "Mod+X"] },
  { group: "In lists", label: "Move", keys: ["ArrowUp", "ArrowDown", "J", "K"] },
  { group: "In lists", label: "First / last row", keys: ["Home", "End"] },
  { group: "In lists", label: "Open", keys: ["Enter"] },
  { group: "In lists", label: "Preview", keys: ["Space"] },
  { group: "In lists", label: "Menu of the row", keys: ["Shift+F10"] },
  { group: "In lists", label: "Filter to list", keys: ["ArrowDown"] },
  { group: "In lists", label: "Next section", keys: ["Tab"] },
  { group: "In lists", label: "Close", keys: ["Escape"] },
  { group: "On Home and connectors", label: "Fix by number", keys: digits },
  { group: "During sign-in", label: "Paste the redirect address", keys: ["Mod+V"] },
  { group: "During sign-in", label: "Hide (sign-in continues)", keys: ["Escape"] },
] as const satisfies { group: Group; label: string; keys: readonly string[] }[];

/** The id of a shortcut, or a fixed key. */
export type Keys = ShortcutId | (typeof fixed)[number]["keys"][number];

/** Custom keys by shortcut id; unknown ids, from other versions, are ignored. */
export type Overrides = Record<string, string | undefined>;

/** Returns the shortcut of an id; `null` for a fixed key. */
export function findShortcut(keys: string): Entry | null {
  return Object.hasOwn(shortcutTable, keys) ? shortcutTable[keys as ShortcutId] : null;
}

/** Returns the current keys of a shortcut, or a fixed key itself. */
export function resolveKeys(keys: string, overrides: Overrides, mac: boolean): string {
  const shortcut = findShortcut(keys);
  return shortcut ? (overrides[keys] ?? usualKeys(shortcut, mac)) : keys;
}

function usualKeys(shortcut: Entry, mac: boolean): string {
  return (mac && shortcut.mac) || shortcut.keys;
}

/** Whether a shortcut has custom keys. */
export function isOverridden(id: ShortcutId, overrides: Overrides): boolean {
  return overrides[id] !== undefined;
}

type Row = { id: ShortcutId | null; group: Group; label: string; keys: readonly string[] };

/** Lists all keys; `id` is set where they can be changed. */
export function listKeys(overrides: Overrides, mac: boolean): Row[] {
  const ids = Object.keys(shortcutTable) as ShortcutId[];
  return [
    ...ids.map((id) => ({ ...shortcutTable[id], id, keys: [resolveKeys(id, overrides, mac)] })),
    ...fixed.map((row) => ({ ...row, id: null })),
  ];
}

/** Groups that are active on every page. */
const onEveryPage: readonly Group[] = ["Anywhere", "In lists", "In forms"];

/** Returns the label of another shortcut with the same keys that can be active at the same time. */
export function findConflict(id: ShortcutId, keys: string, overrides: Overrides, mac: boolean): string | null {
  const { group } = shortcutTable[id];
  const meets = (other: Group) => other === group || onEveryPage.includes(other) || onEveryPage.includes(group);
  const rows = listKeys(overrides, mac).filter((row) => row.id !== id && meets(row.group));
  return rows.find((row) => row.keys.includes(keys))?.label ?? null;
}

/** Returns the overrides with new keys for a shortcut; `null` resets it. */
export function withKeys(overrides: Overrides, id: ShortcutId, keys: string | null, mac: boolean) {
  const others = Object.entries(overrides).filter(([other, chosen]) => other !== id && chosen !== undefined);
  const changed = keys !== null && keys !== usualKeys(shortcutTable[id], mac);
  return Object.fromEntries(changed ? [...others, [id, keys]] : others) as Record<string, string>;
}
