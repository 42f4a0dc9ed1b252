import { type ComponentProps } from "react";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { ErrorNotice } from "./ProblemNotice";

type Props = Pick<ComponentProps<typeof Dialog>, "title" | "mark" | "subtitle" | "children" | "notice" | "onClose"> & {
  confirmLabel: string;
  cancelLabel?: string;
  /** Whether it is being done, which closing the dialog does not stop. */
  isPending?: boolean;
  /** Why the last confirmation failed. */
  error?: Error | null;
  onConfirm: () => void;
};

/** Asks before something destructive is done; the focus is on the button that cancels. */
export function ConfirmDialog({
  confirmLabel,
  cancelLabel = "Cancel",
  isPending,
  error = null,
  onConfirm,
  children,
  ...dialog
}: Props) {
  return (
    <Dialog
      alert
      {...dialog}
      footer={
        <>
          <Button autoFocus onPress={dialog.onClose}>
            {isPending ? "Close" : cancelLabel}
          </Button>
          <Button look="danger" isPending={isPending} onPress={onConfirm}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      {children}
      <ErrorNotice error={error} onRetry={onConfirm} />
    </Dialog>
  );
}
