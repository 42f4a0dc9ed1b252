import { needsAttention, statusLook } from "@/components/connectorStatus";
import { type AccountId, type Connector, type Platform, type Status } from "@/host/bindings";
import { targetOf } from "@/components/commandLine";
import { hasAccounts } from "@/host/platforms";
import { hasWords, splitWords } from "@/lib/match";

export type GroupId = "needs" | "favourites" | "others";

/** The groups of the list, in order. */
export const groupOrder: { id: GroupId; title: string }[] = [
  { id: "needs", title: "Needs attention" },
  { id: "favourites", title: "Favorites" },
  { id: "others", title: "Others" },
];

/** The group of a connector as it is now. */
export function groupOf(connector: Connector): GroupId {
  if (needsAttention(connector)) return "needs";
  return connector.favourite ? "favourites" : "others";
}

/** Which connectors a chip shows. */
export type Chip = "needs" | "ready" | "off" | "hosted" | "local";

/** Whether a chip lets a connector through. */
export function matchesChip(chip: Chip, connector: Connector): boolean {
  const { status } = connector.status;
  switch (chip) {
    case "needs":
      return needsAttention(connector);
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

/** What narrows the list; `null` and empty text let all through. */
export type Filters = {
  text: string;
  chip: Chip | null;
  platform: Platform | null;
  status: Status | null;
  account: AccountId | null;
  tag: string | null;
  type: string | null;
};

/** What narrows it beside the text that is typed. */
export type Choices = Omit<Filters, "text">;

/** Choices that let all through. */
export const noChoices: Choices = { chip: null, platform: null, status: null, account: null, tag: null, type: null };

/** Tells of a connector whether every filter lets it through. */
export function matchesFilters({
  chip,
  platform,
  status,
  account,
  tag,
  type,
  text,
}: Filters): (connector: Connector) => boolean {
  const words = splitWords(text);
  return (connector) =>
    (chip === null || matchesChip(chip, connector)) &&
    (platform === null || connector.identity.platform === platform) &&
    (status === null || connector.status.status === status) &&
    (account === null || connector.account === account) &&
    (tag === null || connector.tags.includes(tag)) &&
    (type === null || connector.connectorType === type) &&
    // Every word has to be somewhere in what the row says.
    hasWords(searchText(connector), words);
}

// Every key asks all rows again: what they say is put together once.
const searchTexts = new WeakMap<Connector, string>();

/** What a row says, in lower case. */
function searchText(connector: Connector): string {
  const known = searchTexts.get(connector);
  if (known !== undefined) return known;
  const { identity } = connector;
  const parts = [
    connector.title,
    connector.name,
    targetOf(connector),
    connector.connectorType,
    connector.status.reason,
    connector.status.code,
    statusLook(connector).word,
    identity.account,
    identity.credential,
    ...connector.tags,
  ];
  const text = parts.filter(Boolean).join(" ").toLowerCase();
  searchTexts.set(connector, text);
  return text;
}
