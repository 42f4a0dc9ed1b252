import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type AddWalletEntry, commands, type WalletEntryId, type WalletSecret } from "@/host/bindings";
import { call } from "@/host/call";
import { queries } from "@/host/queries";

/** What can be done with wallet entries; each re-reads the wallet when it is done. */
export function useWalletActions() {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: queries.wallet().queryKey });
  const add = useMutation({ mutationFn: (request: AddWalletEntry) => call(commands.addWalletEntry(request)), onSuccess });
  const replace = useMutation({
    mutationFn: ({ id, secret }: { id: WalletEntryId; secret: WalletSecret }) => call(commands.replaceWalletSecret(id, secret)),
    onSuccess,
  });
  const rename = useMutation({
    mutationFn: ({ id, name }: { id: WalletEntryId; name: string }) => call(commands.renameWalletEntry(id, name)),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: ({ id, confirmed }: { id: WalletEntryId; confirmed: boolean }) => call(commands.removeWalletEntry(id, confirmed)),
    onSuccess,
  });
  return { add, replace, rename, remove };
}
