import { Button } from "./Button";
import { SubmitKey } from "./SubmitKey";

type Props = {
  label: string;
  /** Name of the submit key in the list of shortcuts, where it differs from the label. */
  keyLabel?: string;
  isPending?: boolean;
  isDisabled?: boolean;
  onSubmit: () => void;
};

/** The primary button of a dialog; the submit key presses it from anywhere in the dialog. */
export function SubmitButton({ label, keyLabel = label, isPending, isDisabled, onSubmit }: Props) {
  return (
    <>
      <SubmitKey label={keyLabel} onSubmit={onSubmit} />
      <Button
        look="primary"
        keys="form.submit"
        isPending={isPending}
        isDisabled={isDisabled}
        onPress={() => onSubmit()}
      >
        {label}
      </Button>
    </>
  );
}
