import { type IdentityLine, platforms } from "@/host/bindings";
import { joinTexts } from "@/lib/words";

/**
 * The credential of an identity; `null` if unknown, as on platforms that may use one without naming it. On this
 * computer it is always known.
 */
export function credentialWord({ platform, credential }: IdentityLine): string | null {
  return credential ?? (platforms[platform].abilities.signsInHere ? "No credential" : null);
}

/** The identity of a run, for confirmations. */
export function actingWords({ account, credential, user, platform }: IdentityLine): string {
  if (credential !== null) return joinTexts(" · ", account, credential, user);
  return platforms[platform].abilities.signsInHere ? `${account} (no credential)` : account;
}
