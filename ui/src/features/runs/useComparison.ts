import { useQuery } from "@tanstack/react-query";
import { commands, type RunId, type ToolRun, type ToolRunSummary } from "@/host/bindings";
import { call } from "@/host/call";
import { useCommand } from "@/host/useCommand";
import { everyRun, invalidate, keys, queries } from "@/host/queries";

/** Number of earlier runs to choose from. */
const offered = 50;

/** The runs that a run can be compared with, newest first. */
export function usePartners(run: ToolRun): ToolRunSummary[] {
  const { data } = useQuery(queries.runs({ ...everyRun, tool: run.tool, limit: offered }));
  return (data?.runs ?? []).filter(
    (other) => other.id !== run.id && other.tool === run.tool && other.state !== "running",
  );
}

/** The run to compare with: the chosen one, else the one that the host selects, if any. */
export function usePartner(run: RunId, chosen: RunId | null) {
  const found = useQuery({ ...queries.previousRun(run), enabled: chosen === null });
  return {
    partner: chosen ?? found.data?.id ?? null,
    isPending: chosen === null && found.isPending,
    error: chosen === null ? found.error : null,
  };
}

/** The comparison of two runs, from the older to the newer. */
export function useComparison(one: RunId, other: RunId) {
  // Ids sort by start time.
  const [before, after] = one < other ? [one, other] : [other, one];
  const read = queries.comparison(before, after);
  const comparison = useQuery(read);
  const ignoring = useCommand({
    mutationFn: (paths: string[]) => call(commands.ignorePaths(before, after, paths)),
    scope: { id: "ignored paths" },
    onMutate: async (ignored, { client }) => {
      // A comparison that is being read began with other paths.
      await client.cancelQueries({ queryKey: keys.comparisons });
      client.setQueryData(read.queryKey, (current) => current && { ...current, ignored });
    },
    invalidates: [keys.comparisons],
    onProblem: (client) => void invalidate(client, keys.comparisons),
  });
  return {
    comparison: comparison.data,
    error: ignoring.error ?? comparison.error,
    retry: () => (ignoring.error ? ignoring.mutate(ignoring.variables) : void comparison.refetch()),
    ignore: ignoring.mutate,
  };
}
