import { Button } from "./Button";
import { useShortcut } from "./shortcuts";

type Props = {
  label: string;
  /** Name of the submit key in the list of shortcuts, where it differs from the label. */
  keyLabel?: string;
  isPending?: boolean;
  isDisabled?: boolean;
  onSubmit: () => void;
};

/**
 * The primary button of a dialog; the submit key presses it from anywhere in the dialog. Must be rendered inside the
 * dialog, so that the shortcut belongs to its layer.
 */
export function SubmitButton({ label, keyLabel = label, isPending, isDisabled, onSubmit }: Props) {
  const submit = () => {
    if (!isPending && !isDisabled) onSubmit();
  };
  useShortcut({ keys: "form.submit", label: keyLabel, run: submit });
  return (
    <Button look="primary" keys="form.submit" isPending={isPending} isDisabled={isDisabled} onPress={() => onSubmit()}>
      {label}
    </Button>
  );
}
