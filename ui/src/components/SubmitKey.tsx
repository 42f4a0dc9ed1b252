import { useShortcut } from "./shortcuts";

type Props = { label: string; onSubmit: () => void };

/**
 * Submits a dialog's form from anywhere in it. Must be rendered inside the dialog, so that the shortcut belongs to its
 * layer.
 */
export function SubmitKey({ label, onSubmit }: Props) {
  useShortcut({ keys: "form.submit", label, run: onSubmit });
  return null;
}
