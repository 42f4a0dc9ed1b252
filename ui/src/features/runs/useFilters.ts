import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ConnectorId } from "@/host/bindings";
import { type TypedFilter } from "./typedFilters";

/** What a history is filtered by; `words` is what is typed beside the filters. */
type Filters = { filters: TypedFilter[]; words: string };

/** How each history was left, that of all connectors under `null`, as long as its window is open. */
const left = new WeakMap<QueryClient, Map<ConnectorId | null, Filters>>();

/** The filters of a history, there again after a run that had the page to itself. */
export function useFilters(connector: ConnectorId | null): [Filters, (next: Filters) => void] {
  const client = useQueryClient();
  const [filters, setFilters] = useState<Filters>(() => left.get(client)?.get(connector) ?? { filters: [], words: "" });
  const change = (next: Filters) => {
    left.set(client, new Map(left.get(client)).set(connector, next));
    setFilters(next);
  };
  return [filters, change];
}
