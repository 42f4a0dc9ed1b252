import { useState } from "react";
import { type RunLabel } from "@/host/bindings";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { FormDialog } from "@/components/FormDialog";
import { ErrorNotice } from "@/components/ProblemNotice";
import { SubmitButton } from "@/components/SubmitButton";

type Props = {
  tool: string;
  label: RunLabel;
  isPending: boolean;
  error: Error | null;
  onSave: (label: RunLabel) => void;
  onClose: () => void;
};

/** Edits the name and note of a run. */
export function RunLabelDialog({ tool, label, isPending, error, onSave, onClose }: Props) {
  const [name, setName] = useState(label.name ?? "");
  const [note, setNote] = useState(label.note ?? "");
  const save = () => onSave({ ...label, name: name.trim() || null, note: note.trim() || null });
  return (
    <FormDialog
      title="Name and note"
      subtitle={<span className="mono">{tool}</span>}
      isPending={isPending}
      onClose={onClose}
      notice={error && <ErrorNotice error={error} />}
      footer={
        <>
          <span className="grow" />
          <Button onPress={onClose}>Cancel</Button>
          <SubmitButton label="Save" isPending={isPending} onSubmit={save} />
        </>
      }
    >
      <Field label="Name" placeholder="Before the migration" value={name} onChange={setName} autoFocus />
      <Field label="Note" lines={5} value={note} onChange={setNote} />
    </FormDialog>
  );
}
