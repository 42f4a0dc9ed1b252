import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { type ConnectorId } from "@/host/bindings";

const key = ["selected-connector"];

/** The row that is selected; whoever comes back from a connector's page finds it where it was left. */
export function useActiveRow(): [ConnectorId | null, (id: ConnectorId | null) => void] {
  const client = useQueryClient();
  const [activeId, setSelected] = useState<ConnectorId | null>(() => client.getQueryData<ConnectorId | null>(key) ?? null);
  const setActive = useCallback(
    (id: ConnectorId | null) => {
      client.setQueryData<ConnectorId | null>(key, id);
      setSelected(id);
    },
    [client],
  );
  return [activeId, setActive];
}
