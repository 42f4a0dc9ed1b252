import { type IdentityLine, platforms } from "@/host/bindings";

/**
 * With which credential somebody acts; `null` where that is not known: a platform that names none may use one
 * all the same. Of this computer it is known.
 */
export function credentialWord({ platform, credential }: IdentityLine): string | null {
  return credential ?? (platforms[platform].abilities.signsInHere ? "No credential" : null);
}

/** As who a run acts, as one says it before something that it may delete. */
export function actingWords({ account, credential, user, platform }: IdentityLine): string {
  if (credential !== null) return [account, credential, user].filter(Boolean).join(" · ");
  return platforms[platform].abilities.signsInHere ? `${account} (no credential)` : account;
}
