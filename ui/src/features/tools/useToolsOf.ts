import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { commands, type ConnectorId, type Problem, type Tool } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { invalidate, keys, queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";

type ToolsOf = {
  /** From the cache; `undefined` until read. */
  tools: Tool[] | undefined;
  isPending: boolean;
  problem: Problem | null;
  /** Asks the server anew. */
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
  const tools = useMemo(() => query.data?.map((row) => row.tool), [query.data]);
  const thrown = refreshing.error ?? query.error;
  return {
    tools,
    isPending: query.isPending,
    problem: thrown ? asProblem(thrown) : null,
    refresh: () => refreshing.mutate(),
    isRefreshing: refreshing.isPending,
  };
}
