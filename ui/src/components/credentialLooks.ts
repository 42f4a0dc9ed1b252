import { type CredentialStatus } from "@/host/bindings";
import { type GlyphName } from "./StatusGlyph";

/** Text and icon of the status of a credential on a platform. */
export const credentialLooks: Record<CredentialStatus, { glyph: GlyphName; word: string }> = {
  valid: { glyph: "ready", word: "Valid" },
  invalid: { glyph: "failing", word: "Rejected" },
  failing: { glyph: "failing", word: "Couldn't check" },
  unknown: { glyph: "unknown", word: "Not checked" },
};
