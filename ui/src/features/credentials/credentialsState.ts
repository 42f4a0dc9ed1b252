import { type QueryClient } from "@tanstack/react-query";
import { type WalletEntryId } from "@/host/bindings";
import { clientState, stateKey } from "@/host/clientState";

// Kept while another page is open.
export const viewKey = stateKey<"wallet" | "platforms">("wallet", "credentials-view");
export const filterKey = stateKey("", "credentials-filter");
export const selectedKey = stateKey<WalletEntryId | null>(null, "selected-credential");

/** The wallet entry that the page is asked to show, whatever it showed last; it may hold input that would be lost. */
export const requestedKey = stateKey<WalletEntryId | null>(null, "requested-credential");

/** Asks the page to show a wallet entry. */
export function requestCredential(client: QueryClient, id: WalletEntryId): void {
  clientState(client).set(requestedKey, id);
}
