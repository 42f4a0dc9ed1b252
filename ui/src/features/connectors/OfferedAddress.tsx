import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { SubmitButton } from "@/components/SubmitButton";
import { inertText } from "@/lib/inertText";
import styles from "./AddDialog.module.css";

type Props = { url: string; turn?: string; onSkip?: () => void; onClose: () => void; onAgree: () => void };

/** Asks before anything is sent to an address that came from a link. */
export function OfferedAddress({ url, turn, onSkip, onClose, onAgree }: Props) {
  return (
    <Dialog
      title="Add connector"
      subtitle="A link wants to add this server."
      onClose={onClose}
      footer={
        <>
          <span>{turn ?? "Nothing was sent there yet."}</span>
          <Button onPress={onClose}>Cancel</Button>
          {onSkip && <Button onPress={onSkip}>Skip</Button>}
          <SubmitButton label="Continue" onSubmit={onAgree} />
        </>
      }
    >
      <p className={`mono ${styles.offered}`}>{inertText(url)}</p>
      <p className="text2">Continue only if you expected it. Patchbay then asks this address what it offers.</p>
    </Dialog>
  );
}
