import { type AccountId, type Connector, type Status } from "@/host/bindings";
import { type Chip, matchesChip } from "./groups";

/** How many connectors each filter would let through by itself. */
type FilterCounts = {
  chips: ReadonlyMap<Chip, number>;
  accounts: ReadonlyMap<AccountId, number>;
  statuses: ReadonlyMap<Status, number>;
  tags: ReadonlyMap<string, number>;
  types: ReadonlyMap<string, number>;
};

const chips: Chip[] = ["needs", "ready", "off", "hosted", "local"];

/** Counts all connectors in one go. */
export function countByFilter(connectors: Connector[]): FilterCounts {
  const tally = {
    chips: new Map<Chip, number>(),
    accounts: new Map<AccountId, number>(),
    statuses: new Map<Status, number>(),
    tags: new Map<string, number>(),
    types: new Map<string, number>(),
  };
  for (const connector of connectors) {
    for (const chip of chips) if (matchesChip(chip, connector)) add(tally.chips, chip);
    add(tally.accounts, connector.account);
    add(tally.statuses, connector.status.status);
    for (const tag of connector.tags) add(tally.tags, tag);
    if (connector.connectorType) add(tally.types, connector.connectorType);
  }
  return tally;
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
