import { useEffect, useRef, useState } from "react";
import { Button } from "./Button";
import { Field } from "./Field";
import { FocusReturn } from "./FocusReturn";
import { Form } from "./Form";
import styles from "./PassphraseForm.module.css";
import { useInvalidFocus } from "./useInvalidFocus";

type Props = {
  /** Asks twice: a mistyped new passphrase would lock its owner out. */
  isNew?: boolean;
  submitLabel: string;
  isPending: boolean;
  error?: string | null;
  onSubmit: (passphrase: string) => void;
  onCancel?: () => void;
};

const shortest = 8;

export function PassphraseForm({ isNew = false, submitLabel, isPending, error, onSubmit, onCancel }: Props) {
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [wrong, setWrong] = useState<{ passphrase?: string; again?: string }>({});
  const form = useRef<HTMLFormElement>(null);
  useInvalidFocus(form, wrong);
  // It may open at the lower edge, where neither its field nor what is wrong would be seen.
  useEffect(() => form.current?.scrollIntoView?.({ block: "nearest" }), [wrong]);
  const submit = () => {
    const found = check(passphrase, again, isNew);
    setWrong(found);
    if (!found.passphrase && !found.again) onSubmit(passphrase);
  };
  return (
    <Form ref={form} className={styles.form} isPending={isPending} onSubmit={submit}>
      <FocusReturn />
      <Field
        label="Passphrase"
        type="password"
        autoFocus
        autoComplete={isNew ? "new-password" : "current-password"}
        value={passphrase}
        onChange={setPassphrase}
        error={wrong.passphrase ?? error}
        help={isNew ? "It can't be recovered. Without it, saved credentials are lost." : undefined}
      />
      {isNew && (
        <Field
          label="Repeat passphrase"
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={setAgain}
          error={wrong.again}
        />
      )}
      <div className={styles.actions}>
        <Button type="submit" look="primary" isPending={isPending}>
          {submitLabel}
        </Button>
        {onCancel && (
          <Button look="quiet" onPress={onCancel}>
            Cancel
          </Button>
        )}
      </div>
    </Form>
  );
}

function check(passphrase: string, again: string, isNew: boolean): { passphrase?: string; again?: string } {
  if (!passphrase) return { passphrase: "Enter the passphrase" };
  if (isNew && passphrase.length < shortest) return { passphrase: `Enter at least ${shortest} characters` };
  if (isNew && passphrase !== again) return { again: "Passphrases don't match" };
  return {};
}
