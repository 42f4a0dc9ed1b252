import { type ConnectorId } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { type TypedFilter } from "./typedFilters";

/** The filters of a history; `words` is the text beside them. */
type Filters = { filters: TypedFilter[]; words: string };

const noFilters: Filters = { filters: [], words: "" };

/** The filters of a connector's history, or of the whole one; kept while a single run is shown. */
export function useFilters(connector: ConnectorId | null): [Filters, (next: Filters) => void] {
  return useClientState(stateKey(noFilters, "run-filters", connector));
}
