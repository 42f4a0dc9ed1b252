import { useShortcut } from "./shortcuts";

type Props = { label: string; onSubmit: () => void };

/** Submits the form of a dialog from anywhere in it. Rendered inside it, so that the key belongs to its layer. */
export function SubmitKey({ label, onSubmit }: Props) {
  useShortcut({ keys: "form.submit", label, run: onSubmit });
  return null;
}
