import { useState } from "react";
import { Field } from "@/components/Field";
import { Section } from "@/components/Section";
import { WithCode } from "@/components/WithCode";
import { type Connector, type ServerCommand } from "@/host/bindings";
import { FolderField } from "./FolderField";
import { isEditableAsText, type ProgramText, programText, parseProgram } from "./programText";
import { SettingsForm } from "./SettingsForm";
import { useEdits } from "./useEdits";

type Props = { connector: Connector; command: ServerCommand };

/** The command that starts a local program. A changed command has to be allowed before it runs. */
export function ProgramSettings({ connector, command }: Props) {
  const saved = programText(command);
  const { form: text, edit, save, saving } = useEdits(connector, "program", saved, "Command saved");
  const [errors, setErrors] = useState<Partial<ProgramText>>({});
  const isChanged = JSON.stringify(text) !== JSON.stringify(saved);
  const isEditable = isEditableAsText(command);
  const field = (name: keyof ProgramText) => ({
    isDisabled: !isEditable,
    value: text[name],
    error: errors[name] ?? null,
    onChange: (value: string) => {
      edit(name, value);
      setErrors({});
    },
  });
  const submit = () => {
    const parsed = parseProgram(text);
    if ("errors" in parsed) return setErrors(parsed.errors);
    save({ command: parsed.command });
  };
  return (
    <Section title="Command">
      <p className="text2">
        <WithCode>
          {isEditable
            ? "Patchbay asks you to allow a changed command before it runs."
            : `A variable or argument has several lines. Change it with \`patchbay connector edit ${connector.name} --env NAME=VALUE\`.`}
        </WithCode>
      </p>
      <SettingsForm {...saving} saveLabel="Save command" isChanged={isChanged} onSubmit={submit}>
        <Field label="Program" mono {...field("program")} />
        <Field label="Arguments" mono {...field("arguments")} lines={4} help="One per line, without quotes" />
        <Field
          label="Environment variables"
          mono
          {...field("variables")}
          lines={3}
          placeholder="NAME=value"
          help="One per line. Enter secret ones below"
        />
        <FolderField label="Working folder" {...field("folder")} help="Default: a folder of its own" />
      </SettingsForm>
    </Section>
  );
}
