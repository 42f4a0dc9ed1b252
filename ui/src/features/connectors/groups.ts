import { needsYou, statusLook } from "@/components/connectorStatus";
import { type Connector } from "@/host/bindings";

export type GroupId = "needs" | "favourites" | "others";

/** The groups of the list, in order. */
export const groupOrder: { id: GroupId; title: string }[] = [
  { id: "needs", title: "Needs you" },
  { id: "favourites", title: "Favourites" },
  { id: "others", title: "Others" },
];

/** The group of a connector as it is now. */
export function groupOf(connector: Connector): GroupId {
  if (needsYou(connector)) return "needs";
  return connector.favourite ? "favourites" : "others";
}

/** Which connectors a chip shows. */
export type Chip = "all" | "needs" | "ready" | "off";

/** Whether a chip lets a connector through. */
export function passesChip(chip: Chip, connector: Connector): boolean {
  const { status } = connector.status;
  switch (chip) {
    case "all":
      return true;
    case "needs":
      return needsYou(connector);
    case "ready":
      return status === "ready";
    case "off":
      return status === "disabled" || status === "disconnected";
  }
}

/** Whether every word of the filter is somewhere in what the row says. */
export function passesFilter(filter: string, connector: Connector): boolean {
  const { identity } = connector;
  const said = [
    connector.title, connector.name, connector.endpoint, connector.status.reason, connector.status.code,
    statusLook(connector).word, identity.account, identity.credential, ...connector.tags,
  ];
  const all = said.filter(Boolean).join(" ").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}
