import { type GlyphName } from "@/components/StatusGlyph";
import { type NeedFix, type NeedKind } from "@/host/bindings";

const glyphs: Record<NeedKind, GlyphName> = {
  unsaved: "failing",
  account_signed_out: "signin",
  account_failing: "failing",
  sign_in: "signin",
  authorizing: "authorizing",
  failing: "failing",
  tools_changed: "changed",
  rotation: "changed",
  platform_message: "disconnected",
  lapsing: "signin",
  draft: "unknown",
};

/** The sign of a need. */
export function needGlyph(kind: NeedKind): GlyphName {
  return glyphs[kind];
}

/** The words on the one button of a need. */
export const fixWords: Record<NeedFix, string> = {
  sign_in: "Sign in",
  show: "Show",
  connect: "Connect",
  check: "Check",
  review_tools: "Review changes",
  replace_key: "Replace key",
  edit_settings: "Enter key",
  retry_rotation: "Retry",
  renew: "Renew",
  save_again: "Save again",
};
