import { useQueries } from "@tanstack/react-query";
import { type ConnectorId } from "@/host/bindings";
import { everyRun, queries } from "@/host/queries";

/** Maximum number of connectors to count runs of. */
const maxConnectors = 50;

/** Returns the number of runs of these connectors; `null` while loading, or if there are too many. */
export function useRunCount(connectors: ConnectorId[]): number | null {
  const counted = connectors.length > maxConnectors ? [] : connectors;
  const totals = useQueries({
    queries: counted.map((connector) => queries.runs({ ...everyRun, connector, limit: 1 })),
  }).map(({ data }) => data?.total);
  if (connectors.length > maxConnectors || totals.includes(undefined)) return null;
  return totals.reduce<number>((sum, total) => sum + (total ?? 0), 0);
}
