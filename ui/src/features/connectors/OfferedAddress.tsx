import { Address } from "@/components/Address";
import { Dialog } from "@/components/Dialog";
import { SubmitButton } from "@/components/SubmitButton";
import { type Step, StepFooter } from "./AddStep";
import { NotesNotice } from "./NotesNotice";

type Props = Omit<Step, "onBack"> & { url: string; notes: string[]; onAgree: () => void };

/** Asks before anything is sent to an address that came from a link. */
export function OfferedAddress({ url, notes, turn, onSkip, onClose, onAgree }: Props) {
  return (
    <Dialog
      title="Add connector"
      subtitle="A link wants to add this server."
      onClose={onClose}
      footer={
        <StepFooter turn={turn} note="Nothing was sent there yet." backLabel="Cancel" onBack={onClose} onSkip={onSkip}>
          <SubmitButton label="Continue" onSubmit={onAgree} />
        </StepFooter>
      }
    >
      <NotesNotice notes={notes} />
      <Address url={url} />
      <p className="text2">Continue only if you expected it. Patchbay then asks this address what it offers.</p>
    </Dialog>
  );
}
