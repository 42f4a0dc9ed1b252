import { useId, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field } from "@/components/Field";
import { Form } from "@/components/Form";
import { SegmentedControl } from "@/components/SegmentedControl";
import { VaultFailureNotice } from "@/components/VaultNotice";
import { type WalletEntry } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./Credentials.module.css";
import { SecretFields } from "./SecretFields";
import { emptySecret, secretError, secretOf, typedKinds } from "./secretForm";
import { useTyped } from "./useTyped";
import { useWalletActions } from "./useWalletActions";

type Props = {
  /** See `useTyped`. */
  onTyped: (isTyped: boolean) => void;
  onClose: () => void;
  onAdded: (entry: WalletEntry) => void;
};

export function AddEntryDialog({ onTyped, onClose, onAdded }: Props) {
  const [name, setName] = useState("");
  const [form, setForm] = useState(emptySecret("bearer"));
  const [errors, setErrors] = useState<{ name: string | null; secret: string | null }>({ name: null, secret: null });
  const { add } = useWalletActions();
  const formId = useId();
  useTyped(form, onTyped, add.isPending);
  const submit = () => {
    const wrong = { name: name.trim() ? null : "Enter a name", secret: secretError(form) };
    setErrors(wrong);
    if (wrong.name || wrong.secret) return;
    add.mutate({ name: name.trim(), secret: secretOf(form) }, { onSuccess: onAdded });
  };
  return (
    <Dialog
      title="Add credential"
      subtitle="Encrypted on this computer. Sent only to connectors that use it."
      errors={errors}
      onClose={onClose}
      notice={add.error && <VaultFailureNotice problem={asProblem(add.error)} onRetry={submit} />}
      footer={
        <>
          <Button keys="Escape" onPress={onClose}>
            {add.isPending ? "Close" : "Cancel"}
          </Button>
          <Button look="primary" type="submit" form={formId} isPending={add.isPending}>
            Save
          </Button>
        </>
      }
    >
      <Form id={formId} className={styles.form} isPending={add.isPending} onSubmit={submit}>
        <SegmentedControl
          label="Type"
          segments={typedKinds}
          value={form.kind}
          onChange={(kind) => {
            setForm({ ...form, kind });
            setErrors({ name: null, secret: null });
          }}
        />
        <Field
          label="Name"
          autoFocus
          isRequired
          placeholder="GitHub lena-fischer"
          value={name}
          onChange={setName}
          error={errors.name}
        />
        <SecretFields form={form} error={errors.secret} onChange={setForm} />
      </Form>
    </Dialog>
  );
}
