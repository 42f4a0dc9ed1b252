import { type ConnectorId } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";

const activeRow = stateKey<ConnectorId | null>(null, "active-connector");

/** The row that the keys are for; whoever comes back from a connector's page finds it where it was left. */
export function useActiveRow(): [ConnectorId | null, (id: ConnectorId | null) => void] {
  return useClientState(activeRow);
}
