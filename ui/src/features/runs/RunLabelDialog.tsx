import { useState } from "react";
import { type Problem, type RunLabel } from "@/host/bindings";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field } from "@/components/Field";
import { ProblemNotice } from "@/components/ProblemNotice";
import { SubmitButton } from "@/components/SubmitButton";

type Props = {
  tool: string;
  label: RunLabel;
  isPending: boolean;
  problem: Problem | null;
  onSave: (label: RunLabel) => void;
  onClose: () => void;
};

/** Edits the name and note of a run. */
export function RunLabelDialog({ tool, label, isPending, problem, onSave, onClose }: Props) {
  const [name, setName] = useState(label.name ?? "");
  const [note, setNote] = useState(label.note ?? "");
  const save = () => onSave({ ...label, name: name.trim() || null, note: note.trim() || null });
  return (
    <Dialog
      title="Name and note"
      subtitle={<span className="mono">{tool}</span>}
      onClose={onClose}
      notice={problem && <ProblemNotice problem={problem} />}
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
    </Dialog>
  );
}
