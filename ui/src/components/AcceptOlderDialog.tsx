import { asProblem } from "@/host/call";
import { useVaultActions } from "@/host/vault";
import { ConfirmDialog } from "./ConfirmDialog";
import { ProblemNotice } from "./ProblemNotice";

/** Asks before secrets from an older vault file are used. */
export function AcceptOlderDialog({ onClose }: { onClose: () => void }) {
  const { accept } = useVaultActions();
  const submit = () => accept.mutate(undefined, { onSuccess: onClose });
  return (
    <ConfirmDialog
      title="Use the older vault file?"
      subtitle="Do this only if you restored it from a backup."
      confirmLabel="Use older file"
      isPending={accept.isPending}
      onConfirm={submit}
      onClose={onClose}
    >
      <p>
        Credentials saved since then are missing. Sign-ins may have expired, and replaced keys are the old ones again.
      </p>
      <p className="text2">
        If you didn't restore a backup, someone may have changed the file. Reset the vault instead.
      </p>
      {accept.error && <ProblemNotice problem={asProblem(accept.error)} onRetry={submit} />}
    </ConfirmDialog>
  );
}
