import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { commands, type ConnectorId, type Problem, type RunId, type ToolRunSummary } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { everyRun } from "@/host/queries";

export type RunFilter = {
  /** As typed; `status:error` and the like are understood by the host. */
  text: string;
  connector: ConnectorId | null;
};

/** The first page is there soon; further ones are long, so that the end is near however far it is. */
const firstPage = 100;
const furtherPages = 500;

type Runs = {
  runs: ToolRunSummary[];
  /** Number of runs on all pages. */
  total: number;
  isPending: boolean;
  /** Whether these are still the runs of the filter before. */
  isPrevious: boolean;
  problem: Problem | null;
  retry: () => void;
  /** Reads the next page, where there is one. */
  more: () => void;
};

/** The history, newest first, page after page; news of a run reads it again. */
export function useRuns({ text, connector }: RunFilter): Runs {
  const query = useInfiniteQuery({
    queryKey: ["runs", "pages", { text, connector }],
    queryFn: ({ pageParam }) =>
      call(commands.listRuns({ ...everyRun, text: text.trim() === "" ? null : text, connector, before: pageParam, limit: pageParam === null ? firstPage : furtherPages })),
    initialPageParam: null as RunId | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  const { data, error, isPending, isPlaceholderData, hasNextPage, isFetching, fetchNextPage, refetch } = query;
  const runs = useMemo(() => distinct(data?.pages.flatMap((page) => page.runs) ?? []), [data]);
  return {
    runs,
    total: data?.pages[0]?.total ?? 0,
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
function distinct(runs: readonly ToolRunSummary[]): ToolRunSummary[] {
  const seen = new Set<RunId>();
  return runs.filter((run) => !seen.has(run.id) && seen.add(run.id));
}
