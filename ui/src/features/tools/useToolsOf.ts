import { useQuery } from "@tanstack/react-query";
import { commands, type ConnectorId } from "@/host/bindings";
import { call } from "@/host/call";
import { invalidate, keys, queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";

/** The cached tools of one connector; `refresh` lists them again at the server. */
export function useToolsOf(connector: ConnectorId) {
  const query = useQuery(queries.tools(connector));
  const refreshing = useCommand({
    mutationFn: () => call(commands.refreshTools(connector)),
    refetches: [keys.tools],
    onProblem: (client) => void invalidate(client, keys.tools),
  });
  return {
    tools: query.data,
    isPending: query.isPending,
    error: refreshing.error ?? query.error,
    refresh: () => refreshing.mutate(),
    isRefreshing: refreshing.isPending,
  };
}
