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
      title="Begin the vault anew?"
      subtitle="For secrets whose key cannot be brought back."
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onPress={onClose}>Keep waiting</Button>
          <Button look="danger" isPending={reset.isPending} onPress={submit}>Put the old secrets aside</Button>
        </>
      }
    >
      <p>Every account needs its key again, and every connector with a secret its sign-in, token or headers. Connectors, tools and runs stay.</p>
      <p className="text2">The old file is kept beside the new one as vault.aside-1.json, in case the key is found.</p>
      {reset.error && <ProblemNotice problem={asProblem(reset.error)} onRetry={submit} />}
    </Dialog>
  );
}
