import { asProblem } from "@/host/call";
import { useVaultActions } from "@/host/vault";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { ProblemNotice } from "./ProblemNotice";

type Props = { onClose: () => void };

/** Asks before secrets that are older than those saved last are used. */
export function AcceptOlderDialog({ onClose }: Props) {
  const { accept } = useVaultActions();
  const submit = () => accept.mutate(undefined, { onSuccess: onClose });
  return (
    <Dialog
      alert
      title="Use the older secrets?"
      subtitle="For a vault that you put back from a backup."
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onPress={onClose}>Leave it</Button>
          <Button look="danger" isPending={accept.isPending} onPress={submit}>Use the older secrets</Button>
        </>
      }
    >
      <p>Secrets that were saved since are not in it. Sign-ins may have lapsed, and replaced keys are the former ones again.</p>
      <p className="text2">If you put back no backup, somebody else may have changed the file: begin the vault anew instead.</p>
      {accept.error && <ProblemNotice problem={asProblem(accept.error)} onRetry={submit} />}
    </Dialog>
  );
}
