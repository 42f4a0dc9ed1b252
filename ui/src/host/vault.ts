import { type QueryClient } from "@tanstack/react-query";
import { commands, type VaultStatus } from "./bindings";
import { call } from "./call";
import { keys, queries } from "./queries";
import { useCommand } from "./useCommand";

const effects = {
  update: (client: QueryClient, status: VaultStatus) => void client.setQueryData(queries.vault().queryKey, status),
  invalidates: [keys.connectors, keys.wallet],
};

/** The vault's commands; each updates the cached status. */
export function useVaultActions() {
  const unlock = useCommand({
    mutationFn: (passphrase: string) => call(commands.unlockVault(passphrase)),
    toast: () => "Vault unlocked",
    ...effects,
  });
  const choose = useCommand({
    mutationFn: (passphrase: string) => call(commands.choosePassphrase(passphrase)),
    toast: () => "Passphrase set",
    ...effects,
  });
  const keychain = useCommand({
    mutationFn: () => call(commands.useKeychain()),
    toast: () => "Vault key moved to keychain",
    ...effects,
  });
  const probe = useCommand({
    mutationFn: () => call(commands.probeVault()),
    toast: () => "Keychain works",
    ...effects,
  });
  const reset = useCommand({
    mutationFn: () => call(commands.setVaultAside(true)),
    toast: () => "Vault reset",
    ...effects,
  });
  const accept = useCommand({
    mutationFn: () => call(commands.acceptOlderSecrets(true)),
    toast: () => "Using the older vault file",
    ...effects,
  });
  return { unlock, choose, keychain, probe, reset, accept };
}
