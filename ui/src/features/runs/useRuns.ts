import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Problem, type RunId, type ToolRunSummary } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries, type RunFilter } from "@/host/queries";

type Runs = {
  runs: ToolRunSummary[];
  /** Number of runs on all pages. */
  total: number;
  /** Whether there may be more than `total`. */
  hasMoreThanTotal: boolean;
  isPending: boolean;
  /** Whether these are still the runs of the filter before. */
  isPrevious: boolean;
  problem: Problem | null;
  retry: () => void;
  /** Reads the next page, where there is one. */
  more: () => void;
};

/** The history, newest first, page after page; news of a run reads it again. */
export function useRuns(filter: RunFilter): Runs {
  const { data, error, isPending, isPlaceholderData, hasNextPage, isFetching, fetchNextPage, refetch } =
    useInfiniteQuery(queries.runPages(filter));
  const runs = useMemo(() => withoutDuplicates(data?.pages.flatMap((page) => page.runs) ?? []), [data]);
  return {
    runs,
    total: data?.pages[0]?.total ?? 0,
    hasMoreThanTotal: data?.pages[0]?.hasMoreThanTotal ?? false,
    isPending,
    isPrevious: isPlaceholderData,
    problem: error ? asProblem(error) : null,
    retry: () => void refetch(),
    more: () => {
      if (hasNextPage && !isFetching) void fetchNextPage();
    },
  };
}

/** A run that began while pages were read may stand on two of them. */
function withoutDuplicates(runs: readonly ToolRunSummary[]): ToolRunSummary[] {
  const seen = new Set<RunId>();
  return runs.filter((run) => !seen.has(run.id) && seen.add(run.id));
}
