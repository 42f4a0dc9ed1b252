import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ProblemNotice } from "@/components/ProblemNotice";
import { useToasts } from "@/components/Toast";
import { type WalletEntry } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./Credentials.module.css";
import { useWalletActions } from "./useWalletActions";
import { kindWords } from "./walletWords";

type Props = { entry: WalletEntry; onClose: () => void };

/** Asks before a secret is deleted, and says what would break. */
export function RemoveEntryDialog({ entry, onClose }: Props) {
  const { remove } = useWalletActions();
  const { toast } = useToasts();
  const used = entry.usedBy.length > 0;
  const submit = () =>
    remove.mutate(
      { id: entry.id, confirmed: true },
      {
        onSuccess: () => {
          toast(`${entry.name} deleted`);
          onClose();
        },
      },
    );
  return (
    <Dialog
      alert
      title={`Delete ${entry.name}?`}
      subtitle={`${kindWords[entry.kind]} in the wallet. It cannot be brought back.`}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onPress={onClose}>Keep it</Button>
          <Button look="danger" isPending={remove.isPending} onPress={submit}>{used ? "Delete anyway" : "Delete"}</Button>
        </>
      }
    >
      {used ? (
        <>
          <p>These connectors stop working until they get another credential:</p>
          <ul className={styles.card}>
            {entry.usedBy.map((user) => <li key={user.connector} className={styles.user}>{user.title}</li>)}
          </ul>
        </>
      ) : (
        <p>No connector uses it.</p>
      )}
      {remove.error && <ProblemNotice problem={asProblem(remove.error)} onRetry={submit} />}
    </Dialog>
  );
}
