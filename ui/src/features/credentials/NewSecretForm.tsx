import { type ReactNode, useState } from "react";
import { Form } from "@/components/Form";
import { type WalletEntry, type WalletSecret } from "@/host/bindings";
import styles from "./Credentials.module.css";
import { SecretFields, SecretKindControl } from "./SecretFields";
import { changesNothing, emptySecret, keepsValuesOf, secretError, secretOf, type TypedKind } from "./secretForm";
import { useTyped } from "./useTyped";

type Props = {
  /** Id for a submit button outside of the form. */
  id?: string;
  title: string;
  entry: WalletEntry;
  kind: TypedKind;
  /** Shown above the fields. */
  note?: ReactNode;
  autoFocus?: boolean;
  /** Called with valid input. `reset` clears it, and lists the value names of the saved entry. */
  onSubmit: (secret: WalletSecret, reset: (saved: WalletEntry) => void) => void;
  /** See `useTyped`. */
  onTyped: (isTyped: boolean) => void;
  isSaving: boolean;
  /** Shown below the fields. */
  children?: ReactNode;
};

/** Takes a new secret for a wallet entry. The input stays if the command fails. */
export function NewSecretForm({
  id,
  title,
  entry,
  kind,
  note,
  autoFocus = true,
  onSubmit,
  onTyped,
  isSaving,
  children,
}: Props) {
  const [form, setForm] = useState(() => emptySecret(kind, entry.headerNames));
  const [error, setError] = useState<string | null>(null);
  const keepsValues = keepsValuesOf(form.kind);
  useTyped(form, onTyped, isSaving);
  const submit = () => {
    const found =
      secretError(form, keepsValues) ?? (changesNothing(form, entry.headerNames) ? "Enter a new value" : null);
    setError(found);
    if (!found) onSubmit(secretOf(form), (saved) => setForm(emptySecret(form.kind, saved.headerNames)));
  };
  return (
    <Form id={id} className={styles.section} onSubmit={submit}>
      <div className={styles.sectionHead}>
        <h3>{title}</h3>
        <span className="grow" />
        <SecretKindControl
          kind={form.kind}
          onChange={(next) => {
            setForm({ ...form, kind: next });
            setError(null);
          }}
        />
      </div>
      {note}
      <SecretFields form={form} error={error} onChange={setForm} keepsValues={keepsValues} autoFocus={autoFocus} />
      {children}
    </Form>
  );
}
