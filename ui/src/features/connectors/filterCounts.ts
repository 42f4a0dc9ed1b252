import { type AccountId, type Connector, type Status } from "@/host/bindings";
import { type Chip, matchesChip } from "./groups";

const chips: Chip[] = ["needs", "ready", "off", "hosted", "local"];

/** Number of connectors that match each filter alone. */
export function countByFilter(connectors: Connector[]) {
  const counts = {
    chips: new Map<Chip, number>(),
    accounts: new Map<AccountId, number>(),
    statuses: new Map<Status, number>(),
    tags: new Map<string, number>(),
    types: new Map<string, number>(),
  };
  for (const connector of connectors) {
    for (const chip of chips) if (matchesChip(chip, connector)) add(counts.chips, chip);
    add(counts.accounts, connector.account);
    add(counts.statuses, connector.status.status);
    for (const tag of connector.tags) add(counts.tags, tag);
    if (connector.connectorType) add(counts.types, connector.connectorType);
  }
  return counts;
}

function add<Key>(numbers: Map<Key, number>, key: Key): void {
  numbers.set(key, (numbers.get(key) ?? 0) + 1);
}
