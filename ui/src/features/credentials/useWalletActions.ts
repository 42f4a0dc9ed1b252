import {
  type AddWalletEntry,
  commands,
  type WalletEntry,
  type WalletEntryId,
  type WalletSecret,
} from "@/host/bindings";
import { call } from "@/host/call";
import { keys } from "@/host/queries";
import { useCommand } from "@/host/useCommand";

const refetches = [keys.wallet];

/** What can be done with wallet entries; the wallet is read again before each is over. */
export function useWalletActions() {
  const add = useCommand({
    mutationFn: (request: AddWalletEntry) => call(commands.addWalletEntry(request)),
    toast: ({ name }) => `${name} saved`,
    refetches,
  });
  const replace = useCommand({
    mutationFn: ({ id, secret }: { id: WalletEntryId; secret: WalletSecret }) =>
      call(commands.replaceWalletSecret(id, secret)),
    toast: ({ name }) => `${name} replaced`,
    refetches,
  });
  const rename = useCommand({
    mutationFn: ({ id, name }: { id: WalletEntryId; name: string }) => call(commands.renameWalletEntry(id, name)),
    toast: () => "Renamed",
    refetches,
  });
  // The list shows it at once: who asked for it may go with its entry.
  const remove = useCommand({
    mutationFn: ({ id }: WalletEntry) => call(commands.removeWalletEntry(id, true)),
    toast: (_nothing, { name }) => `${name} deleted`,
    invalidates: refetches,
  });
  return { add, replace, rename, remove };
}
