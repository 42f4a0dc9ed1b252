import { type Connector, type IdentityLine } from "@/host/bindings";

/** The connector's identity with another credential, whose user, level and expiry are unknown here. */
export function identityWith(connector: Connector, credential: string | null): IdentityLine {
  const { identity } = connector;
  if (credential === null || credential === identity.credential) return identity;
  return { ...identity, credential, user: null, level: null, expiresAt: null };
}
