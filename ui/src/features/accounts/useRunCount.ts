import { useQueries } from "@tanstack/react-query";
import { type ConnectorId } from "@/host/bindings";
import { everyRun, queries } from "@/host/queries";

/** More connectors than that are not asked one by one. */
const most = 50;

/** How many runs those connectors have in the history; `null` while or where that is not known. */
export function useRunCount(connectors: ConnectorId[]): number | null {
  const asked = connectors.length > most ? [] : connectors;
  const totals = useQueries({
    queries: asked.map((connector) => queries.runs({ ...everyRun, connector, limit: 1 })),
  }).map(({ data }) => data?.total);
  if (connectors.length > most || totals.includes(undefined)) return null;
  return totals.reduce<number>((sum, total) => sum + (total ?? 0), 0);
}
