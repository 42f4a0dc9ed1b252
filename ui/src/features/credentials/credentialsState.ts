import { type QueryClient } from "@tanstack/react-query";
import { type WalletEntryId } from "@/host/bindings";
import { clientState, stateKey } from "@/host/clientState";

// Kept while another page is open.
export const viewKey = stateKey<"wallet" | "platforms">("wallet", "credentials-view");
export const filterKey = stateKey("", "credentials-filter");
export const selectedKey = stateKey<WalletEntryId | null>(null, "selected-credential");

/** Selects a wallet entry, whatever the page showed last. */
export function selectCredential(client: QueryClient, id: WalletEntryId): void {
  const state = clientState(client);
  state.set(viewKey, "wallet");
  state.set(filterKey, "");
  state.set(selectedKey, id);
}
