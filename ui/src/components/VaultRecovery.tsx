import { useState } from "react";
import { type VaultStatus } from "@/host/bindings";
import { useVaultActions } from "@/host/vault";
import { Button } from "./Button";
import { ConfirmDialog } from "./ConfirmDialog";

/** The buttons that recover a vault that cannot be opened, each with its confirmation. */
export function VaultRecovery({ vault, small }: { vault: VaultStatus; small?: boolean }) {
  const [asked, setAsked] = useState<"older" | "reset" | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      {vault.problem?.code === "vault.rolled_back" && (
        <Button small={small} onPress={() => setAsked("older")}>
          Use the older vault file…
        </Button>
      )}
      {isLost(vault) && (
        <Button small={small} onPress={() => setAsked("reset")}>
          Reset vault…
        </Button>
      )}
      {asked === "older" && <AcceptOlderDialog onClose={close} />}
      {asked === "reset" && <ResetVaultDialog onClose={close} />}
    </>
  );
}

/** Whether the secrets may be lost: the key or the file is gone, or the passphrase may be forgotten. */
function isLost({ state, backend, problem }: VaultStatus): boolean {
  return (
    problem?.code === "vault.key_lost" ||
    problem?.code === "vault.damaged" ||
    problem?.code === "vault.rolled_back" ||
    (state === "locked" && backend === "passphrase")
  );
}

function AcceptOlderDialog({ onClose }: { onClose: () => void }) {
  const { accept } = useVaultActions();
  return (
    <ConfirmDialog
      title="Use the older vault file?"
      subtitle="Do this only if you restored it from a backup."
      confirmLabel="Use older file"
      isPending={accept.isPending}
      error={accept.error}
      onConfirm={() => accept.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        Credentials saved since then are missing. Sign-ins may have expired, and replaced keys are the old ones again.
      </p>
      <p className="text2">
        If you didn't restore a backup, someone may have changed the file. Reset the vault instead.
      </p>
    </ConfirmDialog>
  );
}

function ResetVaultDialog({ onClose }: { onClose: () => void }) {
  const { reset } = useVaultActions();
  return (
    <ConfirmDialog
      title="Reset the vault?"
      subtitle="Do this only if its key or passphrase is lost."
      confirmLabel="Reset vault"
      isPending={reset.isPending}
      error={reset.error}
      onConfirm={() => reset.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>You'll enter every account key and connector credential again. Connectors, tools and runs stay.</p>
      <p className="text2">The old file is kept next to the new one, as vault.aside-1.json or the next free number.</p>
    </ConfirmDialog>
  );
}
