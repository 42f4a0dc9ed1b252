import { useState } from "react";
import { Button } from "./Button";
import { Field } from "./Field";
import { Form } from "./Form";
import { ErrorNotice } from "./ProblemNotice";
import styles from "./RenameForm.module.css";

type Props = {
  label: string;
  hideLabel?: boolean;
  /** The present name, which is shown until another is typed. */
  name: string;
  isPending: boolean;
  error: Error | null;
  onRename: (name: string, done: { onSuccess: () => void }) => void;
};

export function RenameForm({ label, hideLabel, name, isPending, error, onRename }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const wanted = (typed ?? name).trim();
  const isChanged = wanted !== "" && wanted !== name;
  const submit = () => {
    if (isChanged) onRename(wanted, { onSuccess: () => setTyped((now) => (now === typed ? null : now)) });
  };
  return (
    <Form className={styles.form} isPending={isPending} onSubmit={submit}>
      <div className={styles.pair}>
        <Field label={label} hideLabel={hideLabel} value={typed ?? name} onChange={setTyped} />
        <Button type="submit" isDisabled={!isChanged} isPending={isPending}>
          Rename
        </Button>
      </div>
      <ErrorNotice error={error} />
    </Form>
  );
}
