import { type Account, type Connector, type ConnectorGroup, type ConnectorSort, platforms } from "@/host/bindings";
import { compareText } from "@/lib/order";
import { type GroupId, statusGroups } from "./groups";

/** State of a connector when the list first showed it, so that rows don't move under the pointer. */
export type Frozen = { group: GroupId; status: number; lastOkAt: string | null };

export const groupings: { value: ConnectorGroup; label: string }[] = [
  { value: "status", label: "Needs attention" },
  { value: "account", label: "Account" },
  { value: "platform", label: "Platform" },
  { value: "type", label: "Type" },
  { value: "none", label: "None" },
];

export const sorts: { value: ConnectorSort; label: string }[] = [
  { value: "name", label: "Name" },
  { value: "status", label: "Status" },
  { value: "last_ok", label: "Last success" },
  { value: "account", label: "Account" },
];

/** Statuses, the most urgent first. */
const urgency = [
  "needs_authorization",
  "failing",
  "authorizing",
  "disconnected",
  "unknown",
  "ready",
  "disabled",
] as const;

/** Rank of a connector's status; the most urgent has the lowest. */
export function statusRank(connector: Connector): number {
  return urgency.indexOf(connector.status.status);
}

type FrozenOf = (connector: Connector) => Frozen;
type GroupSources = { accounts: Account[]; frozen: FrozenOf };
/** Rows under one head. The title is empty when the list is not grouped. */
export type Group = { key: string; title: string; rows: Connector[] };

/** Sorts the rows; favorites come first. */
export function sortConnectors(connectors: Connector[], sort: ConnectorSort, frozen: FrozenOf): Connector[] {
  return connectors.toSorted(
    (left, right) =>
      Number(right.favourite) - Number(left.favourite) || compareBy(left, right, sort, frozen) || byTitle(left, right),
  );
}

/** Splits sorted rows into groups, some of which may be empty. */
export function groupConnectors(rows: Connector[], group: ConnectorGroup, { accounts, frozen }: GroupSources): Group[] {
  const split = (heads: { key: string; title: string }[], keyOf: (connector: Connector) => string) =>
    heads.map(({ key, title }) => ({ key, title, rows: rows.filter((one) => keyOf(one) === key) }));
  switch (group) {
    case "status":
      return split(statusGroups, (one) => frozen(one).group);
    case "account":
      return split(
        accounts.map(({ id, label }) => ({ key: id, title: label })),
        (one) => one.account,
      );
    case "platform":
      return split(
        Object.entries(platforms).map(([key, { title }]) => ({ key, title })),
        (one) => one.identity.platform,
      );
    case "type": {
      const types = new Set(rows.flatMap(({ connectorType }) => connectorType || []));
      const heads = [...types].toSorted(compareText).map((type) => ({ key: `type ${type}`, title: type }));
      return split([...heads, { key: "type ", title: "No type" }], (one) => `type ${one.connectorType ?? ""}`);
    }
    case "none":
      return [{ key: "all", title: "", rows }];
  }
}

function compareBy(left: Connector, right: Connector, sort: ConnectorSort, frozen: FrozenOf): number {
  switch (sort) {
    case "name":
      return 0;
    case "status":
      return frozen(left).status - frozen(right).status;
    case "last_ok":
      return compareText(frozen(right).lastOkAt ?? "", frozen(left).lastOkAt ?? "");
    case "account":
      return compareText(left.identity.account, right.identity.account);
  }
}

function byTitle(left: Connector, right: Connector): number {
  return compareText(left.title, right.title) || compareText(left.id, right.id);
}

/** All tags in use, sorted. */
export function tagsOf(connectors: Connector[]): string[] {
  return [...new Set(connectors.flatMap((one) => one.tags))].sort(compareText);
}
