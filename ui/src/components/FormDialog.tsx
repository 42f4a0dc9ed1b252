import { type ComponentProps, useState } from "react";
import { ConfirmDialog } from "./ConfirmDialog";
import { Dialog } from "./Dialog";

type Props = Omit<ComponentProps<typeof Dialog>, "onInput"> & {
  /** Whether what was typed is on its way, and not lost with the dialog. */
  isPending?: boolean;
};

/** A dialog to type into: Escape and the close button ask before what was typed is lost. Its own buttons don't. */
export function FormDialog({ isPending = false, onClose, ...dialog }: Props) {
  const [isTyped, setTyped] = useState(false);
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Dialog
        {...dialog}
        onInput={(body) => setTyped(hasText(body))}
        onClose={isTyped && !isPending ? () => setAsked(true) : onClose}
      />
      {isAsked && (
        <ConfirmDialog
          title="Discard what you entered?"
          confirmLabel="Discard"
          cancelLabel="Keep editing"
          onConfirm={onClose}
          onClose={() => setAsked(false)}
        >
          It isn&apos;t saved.
        </ConfirmDialog>
      )}
    </>
  );
}

function hasText(body: HTMLElement): boolean {
  const fields = body.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea");
  return [...fields].some(({ type, value }) => type !== "checkbox" && type !== "radio" && value.trim() !== "");
}
