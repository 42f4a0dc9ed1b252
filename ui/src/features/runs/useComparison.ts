import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { commands, type RunComparison, type RunId, type ToolRun, type ToolRunSummary } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { everyRun, queries } from "@/host/queries";

/** How many earlier runs are offered. */
const offered = 50;

/** The runs that this one can be compared with: those of its tool, newest first. */
export function usePartners(run: ToolRun): ToolRunSummary[] {
  const { data } = useQuery(queries.runs({ ...everyRun, tool: run.tool, limit: offered }));
  return (data?.runs ?? []).filter((other) => other.id !== run.id && other.tool === run.tool && other.state !== "running");
}

/** The run to compare with: the chosen one, else the one that the host finds; `null` when there is none. */
export function usePartner(run: RunId, chosen: RunId | null) {
  const found = useQuery({ queryKey: ["runs", "previous", run], queryFn: () => call(commands.previousRun(run)), enabled: chosen === null });
  return { partner: chosen ?? found.data?.id ?? null, isPending: chosen === null && found.isPending, error: chosen === null ? found.error : null };
}

/** Two runs held against each other; the older one is always the one before. */
export function useComparison(one: RunId, other: RunId) {
  const client = useQueryClient();
  // Ids sort by the time at which runs began.
  const [before, after] = one < other ? [one, other] : [other, one];
  const queryKey = ["runs", "compare", before, after];
  const comparison = useQuery({ queryKey, queryFn: () => call(commands.compareRuns(before, after)) });
  const ignoring = useMutation({
    mutationFn: (paths: string[]) => call(commands.ignorePaths(before, after, paths)),
    onMutate: (ignored) => client.setQueryData<RunComparison>(queryKey, (current) => current && { ...current, ignored }),
    onSettled: () => client.invalidateQueries({ queryKey: ["runs", "compare"] }),
  });
  const thrown = comparison.error ?? ignoring.error;
  return { comparison: comparison.data, problem: thrown ? asProblem(thrown) : null, retry: () => void comparison.refetch(), ignore: ignoring.mutate };
}
