import { type Connector, type IdentityLine } from "@/host/bindings";

/** As who a connector acts with that credential. Nobody tells here whose it is, at which level, or until when it is good. */
export function identityWith(connector: Connector, credential: string | null): IdentityLine {
  const { identity } = connector;
  if (credential === null || credential === identity.credential) return identity;
  return { ...identity, credential, user: null, level: null, expiresAt: null };
}
