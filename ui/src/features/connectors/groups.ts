import { statusLook } from "@/components/connectorStatus";
import { type Account, type AccountId, type Connector, type Platform, type Status } from "@/host/bindings";
import { targetOf } from "@/components/commandLine";
import { hasAccounts } from "@/host/platforms";
import { hasWords, splitWords } from "@/lib/match";

export type GroupId = "needs" | "favourites" | "others";

/** The groups of a list that is grouped by status, in order. */
export const statusGroups: { key: GroupId; title: string }[] = [
  { key: "needs", title: "Needs attention" },
  { key: "favourites", title: "Favorites" },
  { key: "others", title: "Others" },
];

export function groupOf(connector: Connector): GroupId {
  if (connector.needsAttention) return "needs";
  return connector.favourite ? "favourites" : "others";
}

/** How many connectors a group counts: those that need attention no more stay in their row until the page is left. */
export function countOf(key: string, connectors: Connector[]): number {
  return key === "needs" ? connectors.filter((one) => one.needsAttention).length : connectors.length;
}

/** Quick filters. */
export type Chip = "needs" | "ready" | "off" | "hosted" | "local";

export function matchesChip(chip: Chip, connector: Connector): boolean {
  const { status } = connector.status;
  switch (chip) {
    case "needs":
      return connector.needsAttention;
    case "ready":
      return status === "ready";
    case "off":
      return status === "disabled" || status === "disconnected";
    case "hosted":
      return hasAccounts(connector.identity);
    case "local":
      return !hasAccounts(connector.identity);
  }
}

/** Filters of the list; `null` and empty text match all connectors. */
export type Filters = {
  text: string;
  chip: Chip | null;
  platform: Platform | null;
  status: Status | null;
  account: AccountId | null;
  tag: string | null;
  type: string | null;
};

export type Choices = Omit<Filters, "text">;

export const noChoices: Choices = { chip: null, platform: null, status: null, account: null, tag: null, type: null };

/** The choices that the filters still offer. Nothing could clear the others, such as one of a tag that was removed. */
export function offeredChoices(choices: Choices, connectors: Connector[], accounts: Account[]): Choices {
  const hasHosted = accounts.some(hasAccounts);
  const types = new Set(connectors.flatMap(({ connectorType }) => connectorType ?? []));
  const kept = <T>(value: T | null, isOffered: (value: T) => boolean) =>
    value !== null && isOffered(value) ? value : null;
  return {
    chip: kept(choices.chip, (chip) => chip === "needs" || (chip === "hosted" || chip === "local") === hasHosted),
    platform: kept(choices.platform, (platform) => hasHosted && accounts.some((one) => one.platform === platform)),
    status: kept(choices.status, () => hasHosted),
    account: kept(choices.account, (id) => hasHosted && accounts.some((one) => one.id === id)),
    tag: kept(choices.tag, (tag) => connectors.some((one) => one.tags.includes(tag))),
    type: kept(choices.type, (type) => types.size > 1 && types.has(type)),
  };
}

/** Returns a predicate for the connectors that match every filter. */
export function matchesFilters(filters: Filters): (connector: Connector) => boolean {
  const { chip, platform, status, account, tag, type, text } = filters;
  const words = splitWords(text);
  return (connector) =>
    (chip === null || matchesChip(chip, connector)) &&
    (platform === null || connector.identity.platform === platform) &&
    (status === null || connector.status.status === status) &&
    (account === null || connector.account === account) &&
    (tag === null || connector.tags.includes(tag)) &&
    (type === null || connector.connectorType === type) &&
    // Every word has to occur somewhere in the row.
    hasWords(searchText(connector), words);
}

// Each key typed into the filter searches all rows, so their texts are cached.
const searchTexts = new WeakMap<Connector, string>();

/** All searched text of a row, in lower case. */
function searchText(connector: Connector): string {
  const cached = searchTexts.get(connector);
  if (cached !== undefined) return cached;
  const { identity } = connector;
  const parts = [
    connector.title,
    connector.name,
    targetOf(connector),
    connector.connectorType,
    connector.status.reason,
    connector.status.code,
    statusLook(connector, connector.changedTools).word,
    identity.account,
    identity.credential,
    ...connector.tags,
  ];
  const text = parts.filter(Boolean).join(" ").toLowerCase();
  searchTexts.set(connector, text);
  return text;
}
