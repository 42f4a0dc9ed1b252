import { type ConnectorId } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";

const activeRow = stateKey<ConnectorId | null>(null, "active-connector");

/** The row that shortcuts act on; kept while a connector's page is open. */
export function useActiveRow(): [ConnectorId | null, (id: ConnectorId | null) => void] {
  return useClientState(activeRow);
}
