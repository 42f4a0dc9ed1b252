import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { commands, type ConnectorId, type Retention, type RunId, type RunPage, type ToolRunSummary } from "./bindings";
import { call } from "./call";
import { queries } from "./queries";

type Pages = InfiniteData<RunPage, RunId | null>;
type Filter = { text: string; connector: ConnectorId | null };

/**
 * Puts a run into the lists that show it. Lists without a filter are changed in place: reading
 * thousands of rows again for each run that begins or ends would be felt.
 */
export function keepRun(client: QueryClient, run: ToolRunSummary): void {
  for (const query of client.getQueryCache().findAll({ queryKey: ["runs", "pages"] })) {
    const { text, connector } = query.queryKey[2] as Filter;
    const isFiltered = text.trim() !== "";
    if (isFiltered) void client.invalidateQueries({ queryKey: query.queryKey });
    else if (connector === null || connector === run.connector) client.setQueryData<Pages>(query.queryKey, (pages) => pages && withRun(pages, run));
  }
  for (const part of ["list", "compare", "previous"]) void client.invalidateQueries({ queryKey: ["runs", part] });
  void client.invalidateQueries({ queryKey: queries.run(run.id).queryKey });
  void client.invalidateQueries({ queryKey: queries.history().queryKey });
}

/** Takes a run out of the lists that show it. */
export function dropRun(client: QueryClient, id: RunId): void {
  client.setQueriesData<Pages>({ queryKey: ["runs", "pages"] }, (pages) => pages && withoutRun(pages, id));
  for (const part of ["list", "compare", "previous"]) void client.invalidateQueries({ queryKey: ["runs", part] });
  void client.invalidateQueries({ queryKey: queries.history().queryKey });
}

function withRun(data: Pages, run: ToolRunSummary): Pages {
  const isKnown = data.pages.some((page) => page.runs.some((one) => one.id === run.id));
  if (isKnown) {
    return { ...data, pages: data.pages.map((page) => ({ ...page, runs: page.runs.map((one) => (one.id === run.id ? run : one)) })) };
  }
  const [first, ...rest] = data.pages;
  // Ids sort by the time at which runs began: an older one lies on a page that was not read yet.
  if (!first || (first.runs[0] && run.id < first.runs[0].id)) return data;
  return { ...data, pages: [{ ...first, runs: [run, ...first.runs], total: first.total + 1 }, ...rest] };
}

function withoutRun(data: Pages, id: RunId): Pages {
  if (!data.pages.some((page) => page.runs.some((one) => one.id === id))) return data;
  return { ...data, pages: data.pages.map((page) => ({ ...page, runs: page.runs.filter((one) => one.id !== id), total: page.total - 1 })) };
}

/** Changes how long runs are kept. */
export function useKeepRuns() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (retention: Retention) => call(commands.keepRuns(retention)),
    onSuccess: (history) => client.setQueryData(queries.history().queryKey, history),
  });
}

/** Takes runs out of the history: those that are too old, or all. */
export function useRemoveRuns() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (which: "old" | "all") => call(which === "old" ? commands.trimRuns() : commands.removeAllRuns()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["runs"] });
      void client.invalidateQueries({ queryKey: queries.history().queryKey });
    },
  });
}
