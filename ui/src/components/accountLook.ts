import { type AccountState } from "@/host/accountSync";
import { type GlyphName } from "./StatusGlyph";

type Look = { word: string; glyph: GlyphName | null };

const looks: Record<AccountState, Look> = {
  fine: { word: "Connected", glyph: null },
  // Slow is no status: it is shown by a clock.
  slow: { word: "Slow", glyph: null },
  failing: { word: "Failing", glyph: "failing" },
  signed_out: { word: "Signed out", glyph: "signin" },
};

/** Word and glyph of an account's state; `null` where no glyph of a status belongs. */
export function accountLook(state: AccountState): Look {
  return looks[state];
}
