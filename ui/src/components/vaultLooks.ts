import { type VaultState, type VaultStatus } from "@/host/bindings";
import { type GlyphName } from "./StatusGlyph";

/** Text and icon of the vault's state. */
export const vaultLooks: Record<VaultState, { glyph: GlyphName; word: string }> = {
  empty: { glyph: "todo", word: "Empty" },
  ready: { glyph: "ready", word: "Unlocked" },
  locked: { glyph: "signin", word: "Locked" },
  unavailable: { glyph: "failing", word: "Unavailable" },
};

/** Whether a passphrase can protect the vault: it replaces the key in the keychain, so there must be no keychain. */
export function lacksKeychain({ backend, problem }: VaultStatus): boolean {
  return backend === null && problem?.code === "vault.no_keychain";
}

/** State of the vault in the status bar and the sidebar. */
export function vaultFact({ state, backend, problem }: VaultStatus): string {
  switch (state) {
    case "ready":
      return backend === "passphrase" ? "Vault unlocked (passphrase)" : "Vault unlocked (keychain)";
    case "empty":
      return problem ? "Vault unavailable" : "Vault empty";
    case "locked":
      return "Vault locked";
    case "unavailable":
      return "Vault unavailable";
  }
}
