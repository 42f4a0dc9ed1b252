import { useState } from "react";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Field } from "@/components/Field";
import { FormDialog } from "@/components/FormDialog";
import { SecretValueField } from "@/components/SecretValueField";
import { SegmentedControl } from "@/components/SegmentedControl";
import { Select } from "@/components/Select";
import { SubmitButton } from "@/components/SubmitButton";
import { Tag } from "@/components/Tag";
import { VaultFailureNotice } from "@/components/VaultNotice";
import { commands, type Connector, type PastedServer } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./AddDialog.module.css";
import { type Step, StepFooter } from "./AddStep";
import { BlankFields } from "./BlankFields";
import { CommandWords } from "./CommandWords";
import { FolderField } from "./FolderField";
import { NameFields } from "./NameFields";
import { NotesNotice } from "./NotesNotice";
import {
  blanksNeedingField,
  fillIn,
  type PastedProgram,
  programErrors,
  programForm,
  programRequest,
  type VariableDraft,
} from "./pastedForm";
import { PastedSettings } from "./PastedSettings";
import { ResolvedProgram } from "./ResolvedProgram";
import { useAddConnector } from "./useConnectorActions";

type Props = Step & {
  server: PastedServer;
  command: PastedProgram;
  /** What was changed in or left out of the pasted text. */
  notes: string[];
  onAdded: (connector: Connector, connect: boolean) => void;
};

/** Adds a local server: its command word by word, its folder and variables. Starts nothing. */
export function AddProgram({ server, command, notes, onAdded, ...step }: Props) {
  const blanks = blanksNeedingField(server, command);
  const [form, setForm] = useState(() => programForm(server, command));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const add = useAddConnector(commands.addProgram);
  const set = (changes: Partial<typeof form>) => {
    setForm({ ...form, ...changes });
    setErrors({});
  };
  const setVariable = (at: number, changes: Partial<VariableDraft>) =>
    set({ variables: form.variables.map((one, index) => (index === at ? { ...one, ...changes } : one)) });
  const submit = () => {
    const newErrors = programErrors(form, blanks);
    setErrors(newErrors);
    if (Object.keys(newErrors).length > 0) return;
    add.mutate(programRequest(form, server, command, blanks), { onSuccess: (connector) => onAdded(connector, false) });
  };
  // Secrets within the command are masked.
  const masked = Object.fromEntries(
    blanks.map(({ text, isSecret }) => [text, form.filled[text] ? (isSecret ? "••••••" : form.filled[text]) : text]),
  );
  const words = [command.program, ...command.arguments].map((word) => fillIn(word, blanks, masked));
  const title = form.title.trim() || "Local server";
  return (
    <FormDialog
      title="Add connector"
      subtitle="A program on this computer. Nothing starts until you allow it."
      wide
      errors={errors}
      isPending={add.isPending}
      onClose={step.onClose}
      notice={add.error && <VaultFailureNotice problem={asProblem(add.error)} onRetry={submit} />}
      footer={
        <StepFooter {...step} note={server.isOff ? "Saved turned off." : "Saved as a draft until it first works."}>
          <SubmitButton label="Add connector" isPending={add.isPending} onSubmit={submit} />
        </StepFooter>
      }
    >
      <NotesNotice notes={notes} />
      <section className={styles.card} aria-label="Command">
        <div className="line">
          <ConnectorMark title={title} />
          <span className="strong cut">{title}</span>
          <Tag icon="square-terminal">Local command</Tag>
        </div>
        <CommandWords words={words} />
        <ResolvedProgram program={fillIn(command.program, blanks, masked)} path={pathOf(form.variables)} />
        <PastedSettings server={server} />
      </section>
      <NameFields
        title={form.title}
        onTitle={(typed) => set({ title: typed })}
        name={form.name}
        onName={(name) => set({ name })}
        failure={add.error}
      />
      <BlankFields blanks={blanks} filled={form.filled} errors={errors} onChange={(filled) => set({ filled })} />
      {form.variables.length > 0 && (
        <section className="form" aria-label="Environment variables">
          <p className="text2 small">
            Secret variables are saved in the vault and given only to this program. Empty ones are left out.
          </p>
          {form.variables.map((variable, at) => (
            <VariableField key={variable.name} variable={variable} onChange={(changes) => setVariable(at, changes)} />
          ))}
        </section>
      )}
      <FolderField
        label="Working folder"
        value={form.folder}
        onChange={(folder) => set({ folder })}
        error={errors.folder}
        help="Default: a folder of its own."
      />
    </FormDialog>
  );
}

/** The `PATH` that the command itself sets. */
function pathOf(variables: VariableDraft[]): string | null {
  const path = variables.find(({ name, isSecret }) => name === "PATH" && !isSecret);
  return path?.draft.text || null;
}

type VariableProps = { variable: VariableDraft; onChange: (changes: Partial<VariableDraft>) => void };

function VariableField({ variable, onChange }: VariableProps) {
  const { name, isSecret, draft, help, options } = variable;
  const setText = (text: string) => onChange({ draft: { ...draft, text } });
  return (
    <div role="group" aria-label={name} className={styles.variable}>
      <div className="line">
        <span className="mono small cut grow" aria-hidden="true">
          {name}
        </span>
        <SegmentedControl
          label={`Type of ${name}`}
          segments={[
            { value: "plain", label: "Plain" },
            { value: "secret", label: "Secret" },
          ]}
          value={isSecret ? "secret" : "plain"}
          onChange={(kind) =>
            onChange({ isSecret: kind === "secret", draft: { text: draft.text, isReference: false } })
          }
        />
      </div>
      {isSecret ? (
        <SecretValueField
          label={name}
          hideLabel
          value={draft}
          onChange={(next) => onChange({ draft: next })}
          {...(help !== null && { help })}
        />
      ) : options.length > 0 ? (
        <Select
          label={name}
          hideLabel
          options={options.map((option) => ({ value: option, label: option }))}
          value={draft.text}
          onChange={setText}
        />
      ) : (
        <Field label={name} hideLabel mono value={draft.text} onChange={setText} help={help} />
      )}
    </div>
  );
}
