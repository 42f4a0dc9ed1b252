import { useNavigate } from "@tanstack/react-router";
import { type ConnectorTab } from "@/features/connectors/connectorTabs";
import { type ConnectorId } from "@/host/bindings";

/** Goes to a connector's page, to one part of it where that is named. */
export function useOpenConnector() {
  const navigate = useNavigate();
  return (id: ConnectorId, tab?: ConnectorTab) =>
    void navigate({ to: "/connectors/$id", params: { id }, search: tab ? { tab } : {} });
}
