import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { commands, type ConnectorId, type Problem, type Tool } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { queries } from "@/host/queries";

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
  const client = useQueryClient();
  const query = useQuery(queries.tools(connector));
  const refreshing = useMutation({
    mutationFn: () => call(commands.refreshTools(connector)),
    onSettled: () => client.invalidateQueries({ queryKey: ["tools"] }),
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
