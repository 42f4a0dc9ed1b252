import { useQuery } from "@tanstack/react-query";
import { type ConnectorId, type RunPage, type ToolRunSummary } from "@/host/bindings";
import { everyRun, queries } from "@/host/queries";

/** The query of a tool's latest runs. */
export function recentRuns(connector: ConnectorId, tool: string) {
  return queries.runs({ ...everyRun, connector, tool, limit: 8 });
}

/** The runs that were stored with their arguments. List filters also match wildcards and other names. */
export function withArguments({ runs }: RunPage, connector: ConnectorId, tool: string): ToolRunSummary[] {
  return runs.filter((run) => run.connector === connector && run.tool === tool && (run.capture ?? "full") === "full");
}

/** The latest runs of a tool that were stored with their arguments. */
export function useRecentRuns(connector: ConnectorId, tool: string): ToolRunSummary[] {
  const { data } = useQuery(recentRuns(connector, tool));
  return data ? withArguments(data, connector, tool) : [];
}
