import { type GlyphName } from "@/components/StatusGlyph";
import { type NeedFix, type NeedKind } from "@/host/bindings";

export const needGlyphs: Record<NeedKind, GlyphName> = {
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

/** Labels of the button that fixes a need. */
export const fixLabels: Record<NeedFix, string> = {
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
