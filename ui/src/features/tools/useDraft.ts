import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type ConnectorId } from "@/host/bindings";
import { type JsonObject } from "@/lib/schema/schema";

/** Keeps the arguments entered for a tool, in memory only. */
export function useDraft(connector: ConnectorId, tool: string, value: JsonObject): void {
  const client = useQueryClient();
  useEffect(() => {
    client.setQueryData(["draft", connector, tool], value);
  }, [client, connector, tool, value]);
}

/** The arguments with which the form of a tool begins, when it was left unfinished. */
export function useKeptDraft(connector: ConnectorId, tool: string): JsonObject | undefined {
  const client = useQueryClient();
  const [kept] = useState(() => client.getQueryData<JsonObject>(["draft", connector, tool]));
  return kept;
}
