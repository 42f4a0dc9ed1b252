import { useQuery } from "@tanstack/react-query";
import { commands, type ConnectorId, type Problem, type ToolSummary } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { invalidate, keys, queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";

type ToolsOf = {
  /** From the cache; `undefined` until read. */
  tools: ToolSummary[] | undefined;
  isPending: boolean;
  problem: Problem | null;
  /** Lists them again at the server. */
  refresh: () => void;
  isRefreshing: boolean;
};

/** The tools of one connector. */
export function useToolsOf(connector: ConnectorId): ToolsOf {
  const query = useQuery(queries.tools(connector));
  const refreshing = useCommand({
    mutationFn: () => call(commands.refreshTools(connector)),
    refetches: [keys.tools],
    onProblem: (client) => void invalidate(client, keys.tools),
  });
  const thrown = refreshing.error ?? query.error;
  return {
    tools: query.data,
    isPending: query.isPending,
    problem: thrown ? asProblem(thrown) : null,
    refresh: () => refreshing.mutate(),
    isRefreshing: refreshing.isPending,
  };
}
