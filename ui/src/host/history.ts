import { type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { commands, type Retention, type RunId, type RunPage, type ToolRunSummary } from "./bindings";
import { call } from "./call";
import { count } from "@/lib/words";
import { invalidate, keys, queries, repeatReads, type RunFilter } from "./queries";
import { useCommand } from "./useCommand";

type Pages = InfiniteData<RunPage, RunId | null>;

/**
 * Stores a run in the lists that contain it. Unfiltered lists are updated in place, because fetching thousands of rows
 * for each run would be slow.
 */
export function upsertRun(client: QueryClient, run: ToolRunSummary): void {
  repeatReads(client, keys.runPages);
  for (const query of client.getQueryCache().findAll({ queryKey: keys.runPages })) {
    const { text, connector } = query.queryKey.at(-1) as RunFilter;
    const isFiltered = text.trim() !== "";
    if (isFiltered) void invalidate(client, query.queryKey);
    else if (connector === null || connector === run.connector)
      client.setQueryData<Pages>(query.queryKey, (pages) => pages && upsertIntoPages(pages, run));
  }
  void invalidate(client, keys.runLists, queries.run(run.id).queryKey, keys.history);
}

/** Removes a run from the lists. */
export function removeRun(client: QueryClient, id: RunId): void {
  repeatReads(client, keys.runPages);
  client.setQueriesData<Pages>({ queryKey: keys.runPages }, (pages) => pages && removeFromPages(pages, id));
  void invalidate(client, keys.runLists, keys.history);
}

function upsertIntoPages(data: Pages, run: ToolRunSummary): Pages {
  if (hasRun(data, run.id))
    return mapPages(data, (page) => ({ ...page, runs: page.runs.map((one) => (one.id === run.id ? run : one)) }));
  const [first, ...rest] = data.pages;
  // Ids sort by start time: an older run is on a page that is not loaded yet.
  if (!first || (first.runs[0] && run.id < first.runs[0].id)) return data;
  return { ...data, pages: [{ ...first, runs: [run, ...first.runs], total: first.total + 1 }, ...rest] };
}

function removeFromPages(data: Pages, id: RunId): Pages {
  if (!hasRun(data, id)) return data;
  return mapPages(data, (page) => ({ ...page, runs: page.runs.filter((one) => one.id !== id), total: page.total - 1 }));
}

function hasRun(data: Pages, id: RunId): boolean {
  return data.pages.some((page) => page.runs.some((one) => one.id === id));
}

function mapPages(data: Pages, change: (page: RunPage) => RunPage): Pages {
  return { ...data, pages: data.pages.map(change) };
}

/** Changes how long runs are kept. */
export function useSetRetention() {
  return useCommand({
    // One after the other, so that each keeps what the one before it changed.
    scope: { id: "retention" },
    mutationFn: async (changes: Partial<Retention>, { client }) => {
      const { retention } = await client.ensureQueryData(queries.history());
      return call(commands.keepRuns({ ...retention, ...changes }));
    },
    update: (client, history) => void client.setQueryData(queries.history().queryKey, history),
  });
}

/** Deletes runs: those past their retention, or all. */
export function useRemoveRuns() {
  return useCommand({
    mutationFn: (which: "old" | "all") => call(which === "old" ? commands.trimRuns() : commands.removeAllRuns()),
    toast: (runs) => `${count(runs, "run")} deleted`,
    invalidates: [keys.runs, keys.history],
  });
}
