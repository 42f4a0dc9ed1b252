import { useState } from "react";
import { AcceptOlderDialog } from "@/components/AcceptOlderDialog";
import { ResetVaultDialog } from "@/components/ResetVaultDialog";
import { Button } from "@/components/Button";
import { PassphraseForm } from "@/components/PassphraseForm";
import { Notice, NoticeCode, ProblemNotice } from "@/components/ProblemNotice";
import { type VaultStatus } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { useVaultActions } from "@/host/vault";
import { capital, sentence } from "@/lib/words";
import styles from "./Credentials.module.css";

/** Says why the vault cannot be used, with the way on; nothing when it can. */
export function VaultNotice({ vault }: { vault: VaultStatus }) {
  if (vault.state === "ready" || (vault.state === "empty" && !vault.problem)) return null;
  return (
    <div className={styles.notice}>
      {vault.state === "locked" && vault.backend === "passphrase" ? <Locked /> : <NotReadable vault={vault} />}
    </div>
  );
}

function Locked() {
  const { unlock } = useVaultActions();
  const problem = unlock.error && asProblem(unlock.error);
  const mistyped = problem?.code === "vault.passphrase";
  return (
    <Notice glyph="signin" title="Vault locked">
      <p>Enter your passphrase to use saved credentials.</p>
      <div className={styles.vaultForm}>
        <PassphraseForm
          submitLabel="Unlock"
          isPending={unlock.isPending}
          error={mistyped ? capital(problem.message) : null}
          onSubmit={(passphrase) => unlock.mutate(passphrase)}
        />
      </div>
      {problem && !mistyped && <ProblemNotice problem={problem} />}
    </Notice>
  );
}

function NotReadable({ vault }: { vault: VaultStatus }) {
  const { probe, choose } = useVaultActions();
  const [choosing, setChoosing] = useState(false);
  const [isResetting, setIsResetting] = useState(false);
  const [accepting, setAccepting] = useState(false);
  const { problem } = vault;
  // A passphrase makes a new key: only where no secret would be left behind under the old one.
  const mayChoose = problem?.code === "vault.no_keychain" || vault.backend === null;
  // The only way on where the key or the file is gone for good; nothing is thrown away.
  const isOlder = problem?.code === "vault.rolled_back";
  const isLost = problem?.code === "vault.key_lost" || problem?.code === "vault.damaged" || isOlder;
  const failure = choose.error ?? probe.error;
  return (
    <Notice
      role="alert"
      glyph={vault.state === "locked" ? "signin" : "failing"}
      title={problem ? capital(problem.message) : "Keychain unavailable"}
      end={problem && <NoticeCode>{problem.code}</NoticeCode>}
      actions={
        !choosing && (
          <>
            <Button
              small
              look={mayChoose ? "plain" : "primary"}
              isPending={probe.isPending}
              onPress={() => probe.mutate()}
            >
              Try keychain again
            </Button>
            {mayChoose && (
              <Button small look="primary" onPress={() => setChoosing(true)}>
                Use a passphrase
              </Button>
            )}
            {isOlder && (
              <Button small onPress={() => setAccepting(true)}>
                Use the older vault file…
              </Button>
            )}
            {isLost && (
              <Button small onPress={() => setIsResetting(true)}>
                Reset vault…
              </Button>
            )}
          </>
        )
      }
    >
      {problem?.hint && <p>{sentence(problem.hint)}</p>}
      {choosing && (
        <div className={styles.vaultForm}>
          <PassphraseForm
            isNew
            submitLabel="Set passphrase"
            isPending={choose.isPending}
            onSubmit={(passphrase) => choose.mutate(passphrase)}
            onCancel={() => setChoosing(false)}
          />
        </div>
      )}
      {failure && <ProblemNotice problem={asProblem(failure)} />}
      {isResetting && <ResetVaultDialog onClose={() => setIsResetting(false)} />}
      {accepting && <AcceptOlderDialog onClose={() => setAccepting(false)} />}
    </Notice>
  );
}
