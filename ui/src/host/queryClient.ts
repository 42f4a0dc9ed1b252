import { MutationCache, QueryClient } from "@tanstack/react-query";
import { invalidate } from "./queries";
import { refetchAfterChecks } from "./refetchAfterChecks";
import { showToast } from "./toasts";

/** The query cache: entries never go stale by themselves, events invalidate them, and commands apply their effects. */
export function newQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    mutationCache: new MutationCache({
      onSuccess: async (data, variables, _context, { meta }) => {
        const given = [data as never, variables as never] as const;
        meta?.update?.(client, ...given);
        const text = meta?.toast?.(...given);
        if (text) showToast(client, text, meta?.undo && (() => meta.undo?.(...given)));
        void invalidate(client, ...(meta?.invalidates ?? []));
        // What the host's own event has read again meanwhile is not read a second time.
        await Promise.all(
          (meta?.refetches ?? []).map((queryKey) => client.invalidateQueries({ queryKey }, { cancelRefetch: false })),
        );
      },
      onError: (problem, variables, _context, { meta }) => meta?.onProblem?.(client, problem, variables as never),
    }),
    defaultOptions: {
      queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, networkMode: "always" },
      // What was sent is forgotten with the view that sent it: secrets are among it.
      mutations: { retry: false, networkMode: "always", gcTime: 0 },
    },
  });
  refetchAfterChecks(client);
  return client;
}
