import { type VaultState } from "@/host/bindings";
import { type GlyphName } from "./StatusGlyph";

/** Text and icon of the vault's state. */
export const vaultLooks: Record<VaultState, { glyph: GlyphName; word: string }> = {
  empty: { glyph: "todo", word: "Empty" },
  ready: { glyph: "ready", word: "Unlocked" },
  locked: { glyph: "signin", word: "Locked" },
  unavailable: { glyph: "failing", word: "Unavailable" },
};
