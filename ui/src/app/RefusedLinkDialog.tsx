import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type Problem } from "@/host/bindings";

export function RefusedLinkDialog({ problem, onClose }: { problem: Problem; onClose: () => void }) {
  return (
    <Dialog
      alert
      title="Couldn't open link"
      onClose={onClose}
      footer={
        <Button autoFocus onPress={onClose}>
          Close
        </Button>
      }
    >
      <ProblemNotice problem={problem} />
    </Dialog>
  );
}
