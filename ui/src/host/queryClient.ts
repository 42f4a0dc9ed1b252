import { MutationCache, QueryClient } from "@tanstack/react-query";
import { invalidate } from "./queries";
import { refetchAfterChecks } from "./refetchAfterChecks";
import { showToast } from "./toasts";

/** Creates the query cache. Entries become stale by events only; commands apply their own effects. */
export function newQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    mutationCache: new MutationCache({
      onSuccess: async (data, variables, _context, { meta }) => {
        const args = [data as never, variables as never] as const;
        meta?.update?.(client, ...args);
        const text = meta?.toast?.(...args);
        if (text) showToast(client, text, meta?.undo && (() => meta.undo?.(...args)));
        void invalidate(client, ...(meta?.invalidates ?? []));
        // Does not repeat reads that the host's own event has started.
        await Promise.all(
          (meta?.refetches ?? []).map((queryKey) => client.invalidateQueries({ queryKey }, { cancelRefetch: false })),
        );
      },
      onError: (problem, variables, _context, { meta }) => meta?.onProblem?.(client, problem, variables as never),
    }),
    defaultOptions: {
      queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, networkMode: "always" },
      // Variables of a command may contain secrets, so they are dropped with the view.
      mutations: { retry: false, networkMode: "always", gcTime: 0 },
    },
  });
  refetchAfterChecks(client);
  return client;
}
