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

/** Commands for wallet entries. Each waits until the wallet was read again. */
export function useWalletActions() {
  const add = useCommand({
    mutationFn: (request: AddWalletEntry) => call(commands.addWalletEntry(request)),
    toast: ({ name }) => `${name} saved`,
    unseenFailure: ({ name }) => `${name} not saved`,
    refetches,
  });
  const replace = useCommand({
    mutationFn: ({ id, secret }: { id: WalletEntryId; secret: WalletSecret }) =>
      call(commands.replaceWalletSecret(id, secret)),
    toast: ({ name }) => `${name} replaced`,
    unseenFailure: () => "Credential not replaced",
    refetches,
  });
  const rename = useCommand({
    mutationFn: ({ id, name }: { id: WalletEntryId; name: string }) => call(commands.renameWalletEntry(id, name)),
    toast: () => "Renamed",
    refetches,
  });
  // Does not wait: the caller may unmount with its entry.
  const remove = useCommand({
    mutationFn: ({ id }: WalletEntry) => call(commands.removeWalletEntry(id, true)),
    toast: (_nothing, { name }) => `${name} deleted`,
    unseenFailure: ({ name }) => `${name} not deleted`,
    invalidates: refetches,
  });
  return { add, replace, rename, remove };
}
