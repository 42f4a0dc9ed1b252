import { useNavigate } from "@tanstack/react-router";
import { type ConnectorTab } from "@/features/connectors/connectorTabs";
import { type ConnectorId } from "@/host/bindings";

/** Returns a function that opens a connector's page, optionally at a tab. */
export function useOpenConnector() {
  const navigate = useNavigate();
  return (id: ConnectorId, tab?: ConnectorTab) =>
    void navigate({ to: "/connectors/$id", params: { id }, search: tab ? { tab } : {} });
}
