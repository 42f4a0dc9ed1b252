import { useQuery } from "@tanstack/react-query";
import { type ConnectorId, type ToolRunSummary } from "@/host/bindings";
import { everyRun, queries } from "@/host/queries";

/** The latest runs of one tool that were kept with their arguments; of no tool, none. */
export function useRecentRuns(connector: ConnectorId | undefined, tool: string | undefined): ToolRunSummary[] {
  const query = { ...everyRun, connector: connector ?? null, tool: tool ?? null, limit: 8 };
  const { data } = useQuery({ ...queries.runs(query), enabled: connector !== undefined && tool !== undefined });
  // The list's filters understand wildcards and other names; only runs of this very tool will do.
  return (data?.runs ?? []).filter(
    (run) => run.connector === connector && run.tool === tool && (run.capture ?? "full") === "full",
  );
}
