import { type ReactNode } from "react";
import { asProblem } from "@/host/call";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { ProblemNotice } from "./ProblemNotice";

type Props = {
  title: string;
  mark?: ReactNode;
  subtitle?: ReactNode;
  /** Label of the red button. */
  verb: string;
  /** The command behind the red button, where the dialog stays open until it has succeeded. */
  command?: { isPending: boolean; error: Error | null };
  children: ReactNode;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks before something is deleted or reset. Cancel has the focus. */
export function ConfirmDialog({ title, mark, subtitle, verb, command, children, onConfirm, onClose }: Props) {
  return (
    <Dialog
      alert
      title={title}
      mark={mark}
      subtitle={subtitle}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onPress={onClose}>
            Cancel
          </Button>
          <Button look="danger" isPending={command?.isPending} onPress={onConfirm}>
            {verb}
          </Button>
        </>
      }
    >
      {children}
      {command?.error && <ProblemNotice problem={asProblem(command.error)} onRetry={onConfirm} />}
    </Dialog>
  );
}
