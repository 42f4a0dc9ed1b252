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
      title="Use the older vault file?"
      subtitle="Do this only if you restored it from a backup."
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onPress={onClose}>
            Cancel
          </Button>
          <Button look="danger" isPending={accept.isPending} onPress={submit}>
            Use older file
          </Button>
        </>
      }
    >
      <p>
        Credentials saved since then are missing. Sign-ins may have expired, and replaced keys are the old ones again.
      </p>
      <p className="text2">
        If you didn't restore a backup, someone may have changed the file. Reset the vault instead.
      </p>
      {accept.error && <ProblemNotice problem={asProblem(accept.error)} onRetry={submit} />}
    </Dialog>
  );
}
