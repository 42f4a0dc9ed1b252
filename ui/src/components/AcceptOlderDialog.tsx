import { useVaultActions } from "@/host/vault";
import { ConfirmDialog } from "./ConfirmDialog";

/** Asks before secrets from an older vault file are used. */
export function AcceptOlderDialog({ onClose }: { onClose: () => void }) {
  const { accept } = useVaultActions();
  return (
    <ConfirmDialog
      title="Use the older vault file?"
      subtitle="Do this only if you restored it from a backup."
      verb="Use older file"
      command={accept}
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
