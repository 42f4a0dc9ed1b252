import { type AccountColour, type IdentityLine as Identity } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { expires } from "@/lib/time";
import { credentialWord } from "./identityWords";
import styles from "./IdentityLine.module.css";
import { levelWord } from "./levels";
import { PlatformTile } from "./PlatformTile";

type Props = {
  identity: Identity;
  endpoint?: string | null;
  /** The account's colour. */
  colour?: AccountColour | null | undefined;
};

/**
 * The identity of a connector or run: account, credential, user, level and expiry, as far as known. A long address is
 * truncated; the credential is not.
 */
export function IdentityLine({ identity, endpoint, colour }: Props) {
  const now = useNow();
  const credential = credentialWord(identity);
  const facts = [levelWord(identity.level), identity.expiresAt && expires(identity.expiresAt, now)].filter(Boolean);
  return (
    <span className={styles.identity}>
      <PlatformTile platform={identity.platform} colour={colour} />
      <span className={styles.account} title={identity.account}>
        {identity.account}
      </span>
      {credential && (
        <span className={styles.fact}>
          <Dot />
          <span className={identity.credential ? styles.credential : undefined}>{credential}</span>
        </span>
      )}
      {identity.user && (
        <>
          <Dot />
          <span className={styles.account} title={identity.user}>
            {identity.user}
          </span>
        </>
      )}
      {facts.map((fact) => (
        <span key={fact} className={styles.fact}>
          <Dot />
          {fact}
        </span>
      ))}
      {endpoint && (
        <>
          <Dot />
          <span className={styles.endpoint} title={endpoint}>
            {endpoint.replace(/^https?:\/\//, "")}
          </span>
        </>
      )}
    </span>
  );
}

function Dot() {
  return (
    <span className={styles.dot} aria-hidden="true">
      ·
    </span>
  );
}
