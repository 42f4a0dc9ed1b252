import { useMemo } from "react";
import { type Account, type Connector, type ConnectorGroup, type ConnectorSort } from "@/host/bindings";
import { type Choices, matchesFilters } from "./groups";
import { type Frozen, type Group, groupConnectors, sortConnectors } from "./listView";

type Arrangement = {
  group: ConnectorGroup;
  sort: ConnectorSort;
  accounts: Account[];
  frozen: (connector: Connector) => Frozen;
  text: string;
  choices: Choices;
};

/**
 * The groups of the list with the rows that match the filters; empty groups are left out. Sorting and grouping come
 * first, so that typing into the filter repeats neither.
 */
export function useFilteredGroups(connectors: Connector[], arrangement: Arrangement): Group[] {
  const { group, sort, accounts, frozen, text, choices } = arrangement;
  const all = useMemo(
    () => groupConnectors(sortConnectors(connectors, sort, frozen), group, { accounts, frozen }),
    [connectors, sort, group, accounts, frozen],
  );
  return useMemo(() => {
    const matches = matchesFilters({ ...choices, text });
    return all.map((one) => ({ ...one, rows: one.rows.filter(matches) })).filter((one) => one.rows.length > 0);
  }, [all, choices, text]);
}
