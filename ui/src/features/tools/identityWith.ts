import { type Connector, type IdentityLine } from "@/host/bindings";

/** As who a connector acts with that credential. Nobody tells here at which level it is, or until when it is good. */
export function identityWith(connector: Connector, credential: string | null): IdentityLine {
  const { identity } = connector;
  if (credential === null || credential === identity.credential) return identity;
  return { ...identity, credential, level: null, expiresAt: null };
}
