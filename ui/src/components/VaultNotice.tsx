import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { type Problem, type VaultStatus } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { useVaultActions } from "@/host/vault";
import { lastError } from "@/host/useCommand";
import { capital, sentence } from "@/lib/words";
import { Button } from "./Button";
import { PassphraseForm } from "./PassphraseForm";
import { ErrorNotice, Notice, NoticeCode, ProblemNotice } from "./ProblemNotice";
import styles from "./VaultNotice.module.css";
import { lacksKeychain } from "./vaultLooks";
import { VaultRecovery } from "./VaultRecovery";

/** Whether saved secrets can be read, as far as is known. */
export const canUseVault = ({ state, problem }: VaultStatus) => state === "ready" || (state === "empty" && !problem);

type FailureProps = { problem: Problem; onRetry: () => void };

/** The problem of an action that needs the vault, which is opened right here; then the action is repeated. */
export function VaultFailureNotice({ problem, onRetry }: FailureProps) {
  const concernsVault = problem.code.startsWith("vault.");
  const { data: vault } = useQuery({ ...queries.vault(), staleTime: 0, enabled: concernsVault });
  const isUsable = vault === undefined || canUseVault(vault);
  const wasUsable = useRef(isUsable);
  useEffect(() => {
    if (isUsable && !wasUsable.current) onRetry();
    wasUsable.current = isUsable;
  }, [isUsable, onRetry]);
  if (concernsVault && vault && !isUsable) return <VaultNotice vault={vault} />;
  return <ProblemNotice problem={problem} onRetry={onRetry} />;
}

/** Explains why the vault is unavailable, with the actions that help. */
export function VaultNotice({ vault }: { vault: VaultStatus }) {
  return vault.state === "locked" && vault.backend === "passphrase" ? <Locked /> : <NotReadable vault={vault} />;
}

function Locked() {
  const { unlock } = useVaultActions();
  const problem = unlock.error && asProblem(unlock.error);
  const mistyped = problem?.code === "vault.passphrase";
  return (
    <Notice glyph="signin" title="Vault locked">
      <p>Enter your passphrase to use saved credentials.</p>
      <div className={styles.form}>
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
  const { problem } = vault;
  const mayChoose = lacksKeychain(vault);
  const failure = lastError(choose, probe);
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
            <VaultRecovery vault={vault} small />
          </>
        )
      }
    >
      {problem?.hint && <p>{sentence(problem.hint)}</p>}
      {choosing && (
        <div className={styles.form}>
          <PassphraseForm
            isNew
            submitLabel="Set passphrase"
            isPending={choose.isPending}
            onSubmit={(passphrase) => choose.mutate(passphrase)}
            onCancel={() => {
              setChoosing(false);
              choose.reset();
            }}
          />
        </div>
      )}
      <ErrorNotice error={failure} />
    </Notice>
  );
}
