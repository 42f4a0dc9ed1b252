import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { PassphraseForm } from "@/components/PassphraseForm";
import { ErrorNotice, ProblemNotice } from "@/components/ProblemNotice";
import { vaultLooks } from "@/components/vaultLooks";
import { VaultRecovery } from "@/components/VaultRecovery";
import { useToasts } from "@/host/toasts";
import { type VaultStatus } from "@/host/bindings";
import { queries } from "@/host/queries";
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
  const [openForm, setOpenForm] = useState<"choose" | "unlock" | null>(null);
  const { choose, keychain, probe, unlock } = useVaultActions();
  const { toast } = useToasts();
  const { glyph, word } = vaultLooks[vault.state];
  const open = vault.state === "ready" || vault.state === "empty";
  // A passphrase creates a new key, so it is offered only where no secret would be lost with the old one.
  const mayChoose =
    vault.state === "unavailable" && (vault.backend === null || vault.problem?.code === "vault.no_keychain");
  const failure = keychain.error ?? choose.error ?? probe.error ?? unlock.error;
  const done = (text: string) => ({
    onSuccess: () => {
      setOpenForm(null);
      toast(text);
    },
  });
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
          onSubmit={(passphrase) => choose.mutate(passphrase, done("Passphrase set"))}
          onCancel={() => setOpenForm(null)}
        />
      )}
      {openForm === "unlock" && (
        <PassphraseForm
          submitLabel="Unlock"
          isPending={unlock.isPending}
          onSubmit={(passphrase) => unlock.mutate(passphrase, done("Vault unlocked"))}
          onCancel={() => setOpenForm(null)}
        />
      )}
      {openForm === null && (
        <Setting name="">
          {vault.state === "locked" && vault.backend === "passphrase" && (
            <Button onPress={() => setOpenForm("unlock")}>Unlock</Button>
          )}
          {vault.backend === "passphrase" && vault.state === "ready" && (
            <Button
              isPending={keychain.isPending}
              onPress={() => keychain.mutate(undefined, done("Vault key moved to keychain"))}
            >
              Use keychain instead
            </Button>
          )}
          {(open || mayChoose) && (
            <Button onPress={() => setOpenForm("choose")}>
              {vault.backend === "passphrase" ? "Change passphrase" : "Use a passphrase"}
            </Button>
          )}
          <VaultRecovery vault={vault} />
          {vault.backend !== "passphrase" && (
            <Button
              look={open ? "quiet" : "plain"}
              isPending={probe.isPending}
              onPress={() => probe.mutate(undefined, done("Keychain works"))}
            >
              Test keychain
            </Button>
          )}
        </Setting>
      )}
    </>
  );
}
