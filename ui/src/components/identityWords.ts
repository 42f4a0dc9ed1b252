import { type IdentityLine, platforms } from "@/host/bindings";

/**
 * With which credential somebody acts; `null` where that is not known: a platform that names none may use one
 * all the same. Of this computer it is known.
 */
export function credentialWord({ platform, credential }: IdentityLine): string | null {
  return credential ?? (platforms[platform].abilities.signsInHere ? "No credential" : null);
}

/** The identity that a run acts with, for confirmations. */
export function actingWords({ account, credential, user, platform }: IdentityLine): string {
  if (credential !== null) return [account, credential, user].filter(Boolean).join(" · ");
  return platforms[platform].abilities.signsInHere ? `${account} (no credential)` : account;
}
