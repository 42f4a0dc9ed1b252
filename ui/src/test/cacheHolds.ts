import { type QueryClient } from "@tanstack/react-query";
import { clientState } from "@/host/clientState";

/** Whether a text is anywhere in state that outlives a view: queries, mutations, drafts, outcomes. */
export function cacheHolds(client: QueryClient, text: string): boolean {
  const queries = client
    .getQueryCache()
    .getAll()
    .map((query) => [query.queryKey, query.state]);
  const mutations = client
    .getMutationCache()
    .getAll()
    .map((mutation) => mutation.state);
  return JSON.stringify([queries, mutations, clientState(client).entries()], (_key, value: unknown) =>
    value instanceof Map ? [...value] : value,
  ).includes(text);
}
