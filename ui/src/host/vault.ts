import { useMutation, useQueryClient } from "@tanstack/react-query";
import { commands, type VaultStatus } from "./bindings";
import { call } from "./call";
import { queries } from "./queries";

/** What can be done about the vault; each puts how it is then into the cache. */
export function useVaultActions() {
  const client = useQueryClient();
  const onSuccess = (status: VaultStatus) => {
    client.setQueryData(queries.vault().queryKey, status);
    void client.invalidateQueries({ queryKey: ["connectors"] });
    void client.invalidateQueries({ queryKey: queries.wallet().queryKey });
  };
  const unlock = useMutation({ mutationFn: (passphrase: string) => call(commands.unlockVault(passphrase)), onSuccess });
  const choose = useMutation({ mutationFn: (passphrase: string) => call(commands.choosePassphrase(passphrase)), onSuccess });
  const keychain = useMutation({ mutationFn: () => call(commands.useKeychain()), onSuccess });
  const probe = useMutation({ mutationFn: () => call(commands.probeVault()), onSuccess });
  const setAside = useMutation({ mutationFn: () => call(commands.setVaultAside(true)), onSuccess });
  const accept = useMutation({ mutationFn: () => call(commands.acceptOlderSecrets(true)), onSuccess });
  return { unlock, choose, keychain, probe, setAside, accept };
}
