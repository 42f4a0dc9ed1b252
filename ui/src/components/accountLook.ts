import { type AccountState } from "@/host/accountSync";
import { type GlyphName } from "./StatusGlyph";

type Look = { word: string; glyph: GlyphName | null };

const looks: Record<AccountState, Look> = {
  fine: { word: "Connected", glyph: null },
  // Slow is not a status; it has a clock icon.
  slow: { word: "Slow", glyph: null },
  failing: { word: "Failing", glyph: "failing" },
  signed_out: { word: "Signed out", glyph: "signin" },
};

/** Text and status icon of an account's state. */
export function accountLook(state: AccountState): Look {
  return looks[state];
}
