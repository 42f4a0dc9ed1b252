import { useQuery } from "@tanstack/react-query";
import { type ConnectorId, type RunPage, type ToolRunSummary } from "@/host/bindings";
import { everyRun, queries } from "@/host/queries";

/** Reads the latest runs of one tool. */
export function recentRuns(connector: ConnectorId, tool: string) {
  return queries.runs({ ...everyRun, connector, tool, limit: 8 });
}

/** Those that were kept with their arguments; the filters of the list understand wildcards and other names too. */
export function withArguments({ runs }: RunPage, connector: ConnectorId, tool: string): ToolRunSummary[] {
  return runs.filter((run) => run.connector === connector && run.tool === tool && (run.capture ?? "full") === "full");
}

/** The latest runs of one tool that were kept with their arguments. */
export function useRecentRuns(connector: ConnectorId, tool: string): ToolRunSummary[] {
  const { data } = useQuery(recentRuns(connector, tool));
  return data ? withArguments(data, connector, tool) : [];
}
