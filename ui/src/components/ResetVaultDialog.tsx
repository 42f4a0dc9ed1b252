import { asProblem } from "@/host/call";
import { useVaultActions } from "@/host/vault";
import { ConfirmDialog } from "./ConfirmDialog";
import { ProblemNotice } from "./ProblemNotice";

/** Asks before a vault that can no longer be opened is put aside. */
export function ResetVaultDialog({ onClose }: { onClose: () => void }) {
  const { reset } = useVaultActions();
  const submit = () => reset.mutate(undefined, { onSuccess: onClose });
  return (
    <ConfirmDialog
      title="Reset the vault?"
      subtitle="Do this only if its key or passphrase is lost."
      confirmLabel="Reset vault"
      isPending={reset.isPending}
      onConfirm={submit}
      onClose={onClose}
    >
      <p>You'll enter every account key and connector credential again. Connectors, tools and runs stay.</p>
      <p className="text2">The old file is kept next to the new one, as vault.aside-1.json or the next free number.</p>
      {reset.error && <ProblemNotice problem={asProblem(reset.error)} onRetry={submit} />}
    </ConfirmDialog>
  );
}
