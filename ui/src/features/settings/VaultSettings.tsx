import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { PassphraseForm } from "@/components/PassphraseForm";
import { ErrorNotice, ProblemNotice } from "@/components/ProblemNotice";
import { lacksKeychain, vaultLooks } from "@/components/vaultLooks";
import { VaultRecovery } from "@/components/VaultRecovery";
import { type VaultStatus } from "@/host/bindings";
import { queries } from "@/host/queries";
import { lastError } from "@/host/useCommand";
import { useVaultActions } from "@/host/vault";
import { Section, Setting } from "./Section";

export function VaultSettings() {
  const { data: vault, error, refetch } = useQuery(queries.vault());
  return (
    <Section title="Vault">
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {vault && <Loaded vault={vault} />}
    </Section>
  );
}

function Loaded({ vault }: { vault: VaultStatus }) {
  const [opened, setOpened] = useState<"choose" | "unlock" | null>(null);
  const { choose, keychain, probe, unlock } = useVaultActions();
  const { glyph, word } = vaultLooks[vault.state];
  const open = vault.state === "ready" || vault.state === "empty";
  const mayChoose = vault.state === "unavailable" && lacksKeychain(vault);
  const failure = lastError(keychain, choose, probe, unlock);
  // It may be unlocked elsewhere.
  const openForm = opened === "unlock" && vault.state !== "locked" ? null : opened;
  const closeForm = () => setOpened(null);
  const cancel = () => {
    closeForm();
    choose.reset();
    unlock.reset();
  };
  return (
    <>
      <Setting name="Protected by">
        {vault.backend === "passphrase"
          ? "Passphrase"
          : vault.backend === "keychain"
            ? "System keychain"
            : "Not set up yet"}
      </Setting>
      <Setting name="Status">
        <Badge glyph={glyph}>{word}</Badge>
      </Setting>
      {vault.problem && <ProblemNotice problem={vault.problem} />}
      <ErrorNotice error={failure} />
      {openForm === "choose" && (
        <PassphraseForm
          isNew
          submitLabel="Set passphrase"
          isPending={choose.isPending}
          onSubmit={(passphrase) => choose.mutate(passphrase, { onSuccess: closeForm })}
          onCancel={cancel}
        />
      )}
      {openForm === "unlock" && (
        <PassphraseForm
          submitLabel="Unlock"
          isPending={unlock.isPending}
          onSubmit={(passphrase) => unlock.mutate(passphrase, { onSuccess: closeForm })}
          onCancel={cancel}
        />
      )}
      {openForm === null && (
        <Setting name="">
          {vault.state === "locked" && vault.backend === "passphrase" && (
            <Button onPress={() => setOpened("unlock")}>Unlock</Button>
          )}
          {vault.backend === "passphrase" && vault.state === "ready" && (
            <Button isPending={keychain.isPending} onPress={() => keychain.mutate()}>
              Use keychain instead
            </Button>
          )}
          {(open || mayChoose) && (
            <Button onPress={() => setOpened("choose")}>
              {vault.backend === "passphrase" ? "Change passphrase" : "Use a passphrase"}
            </Button>
          )}
          <VaultRecovery vault={vault} />
          {vault.backend !== "passphrase" && (
            <Button look={open ? "quiet" : "plain"} isPending={probe.isPending} onPress={() => probe.mutate()}>
              Test keychain
            </Button>
          )}
        </Setting>
      )}
    </>
  );
}
