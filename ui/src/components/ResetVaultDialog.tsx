import { asProblem } from "@/host/call";
import { useVaultActions } from "@/host/vault";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { ProblemNotice } from "./ProblemNotice";

type Props = { onClose: () => void };

/** Asks before secrets that cannot be opened any more are put aside. */
export function ResetVaultDialog({ onClose }: Props) {
  const { reset } = useVaultActions();
  const submit = () => reset.mutate(undefined, { onSuccess: onClose });
  return (
    <Dialog
      alert
      title="Reset the vault?"
      subtitle="Do this only if its key or passphrase is lost."
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onPress={onClose}>
            Cancel
          </Button>
          <Button look="danger" isPending={reset.isPending} onPress={submit}>
            Reset vault
          </Button>
        </>
      }
    >
      <p>You'll enter every account key and connector credential again. Connectors, tools and runs stay.</p>
      <p className="text2">The old file is kept next to the new one, as vault.aside-1.json or the next free number.</p>
      {reset.error && <ProblemNotice problem={asProblem(reset.error)} onRetry={submit} />}
    </Dialog>
  );
}
