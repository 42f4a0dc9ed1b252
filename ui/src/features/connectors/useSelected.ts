import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { type ConnectorId } from "@/host/bindings";

const key = ["selected-connector"];

/** The row that is selected; whoever comes back from a connector's page finds it where it was left. */
export function useSelected(): [ConnectorId | null, (id: ConnectorId | null) => void] {
  const client = useQueryClient();
  const [selected, setSelected] = useState<ConnectorId | null>(() => client.getQueryData<ConnectorId | null>(key) ?? null);
  const select = useCallback(
    (id: ConnectorId | null) => {
      client.setQueryData<ConnectorId | null>(key, id);
      setSelected(id);
    },
    [client],
  );
  return [selected, select];
}
