import { useShortcut } from "./shortcuts";

type Props = { label: string; onSubmit: () => void };

/** Sends the form of a dialog, whatever in it has the focus. Lies within the dialog, so that the key belongs to its layer. */
export function SubmitKey({ label, onSubmit }: Props) {
  useShortcut({ keys: "Mod+Enter", label, inFields: true, run: onSubmit });
  return null;
}
