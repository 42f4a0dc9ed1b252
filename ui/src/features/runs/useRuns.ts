import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type RunId, type ToolRunSummary } from "@/host/bindings";
import { queries, type RunFilter } from "@/host/queries";

/** The history, newest first, page by page. */
export function useRuns(filter: RunFilter) {
  const { data, error, isPending, isPlaceholderData, hasNextPage, isFetching, fetchNextPage, refetch } =
    useInfiniteQuery(queries.runPages(filter));
  const runs = useMemo(() => withoutDuplicates(data?.pages.flatMap((page) => page.runs) ?? []), [data]);
  return {
    runs,
    /** Number of runs on all pages, once they are known; there may be more where `hasMoreThanTotal`. */
    total: data?.pages[0]?.total,
    hasMoreThanTotal: data?.pages[0]?.hasMoreThanTotal ?? false,
    isPending,
    /** Whether `runs` are still those of the previous filter. */
    isPrevious: isPlaceholderData,
    error,
    retry: () => void refetch(),
    /** Loads the next page, if there is one; after a failure only `retry` does. */
    more: () => {
      if (hasNextPage && !isFetching && !error) void fetchNextPage();
    },
  };
}

/** A run that started while pages were loading may be on two of them. */
function withoutDuplicates(runs: readonly ToolRunSummary[]): ToolRunSummary[] {
  const seen = new Set<RunId>();
  return runs.filter((run) => !seen.has(run.id) && seen.add(run.id));
}
