import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { type AccountId, type ConnectorId, type RunId, type WalletEntryId } from "@/host/bindings";
import { clientState, stateKey } from "@/host/clientState";
import { type AccountTab } from "./accountTabs";
import { type ConnectorTab } from "./connectorTabs";

/** The wallet entry that the page is asked to show, whatever it showed last; it may hold input that would be lost. */
export const requestedCredential = stateKey<WalletEntryId | null>(null, "requested-credential");

/** Returns functions that go to the pages. */
export function useGo() {
  const navigate = useNavigate();
  const client = useQueryClient();
  return useMemo(
    () => ({
      account: (id: AccountId, tab?: AccountTab) =>
        void navigate({ to: "/accounts/$id", params: { id }, search: tab ? { tab } : {} }),
      catalogue: () => void navigate({ to: "/catalogue" }),
      connector: (id: ConnectorId, tab?: ConnectorTab | null) =>
        void navigate({ to: "/connectors/$id", params: { id }, search: tab ? { tab } : {} }),
      connectors: (account?: AccountId) => void navigate({ to: "/connectors", search: account ? { account } : {} }),
      credentials: (entry?: WalletEntryId) => {
        if (entry) clientState(client).set(requestedCredential, entry);
        void navigate({ to: "/credentials" });
      },
      run: (run: RunId) => void navigate({ to: "/runs/$run", params: { run } }),
      runs: () => void navigate({ to: "/runs" }),
      settings: () => void navigate({ to: "/settings" }),
      tool: (connector: ConnectorId, tool: string) =>
        void navigate({ to: "/tools/$connector/$tool", params: { connector, tool } }),
    }),
    [navigate, client],
  );
}

export type Go = ReturnType<typeof useGo>;
