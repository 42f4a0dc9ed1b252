import { type FormEvent, useState } from "react";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { ProblemNotice } from "@/components/ProblemNotice";
import { type Connector, type ServerCommand } from "@/host/bindings";
import { asProblem } from "@/host/call";
import styles from "./ConnectorPage.module.css";
import { isByLines, type ProgramText, programText, readProgram } from "./programText";
import { useUpdateConnector } from "./useConnectorActions";

type Props = { connector: Connector; command: ServerCommand };

/** How a local program is started; another command has to be allowed before it is. */
export function ProgramSettings({ connector, command }: Props) {
  const saved = programText(command);
  const [text, setText] = useState(saved);
  const [errors, setErrors] = useState<Partial<ProgramText>>({});
  const save = useUpdateConnector(connector.id, "Command saved");
  const changed = JSON.stringify(text) !== JSON.stringify(saved);
  const isEditable = isByLines(command);
  const field = (name: keyof ProgramText) => ({
    mono: true,
    isDisabled: !isEditable,
    value: text[name],
    error: errors[name] ?? null,
    onChange: (typed: string) => {
      setText({ ...text, [name]: typed });
      setErrors({});
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readProgram(text);
    if ("errors" in read) return setErrors(read.errors);
    save.mutate(
      { command: read.command },
      { onSuccess: (changed) => setText(programText(changed.command ?? read.command)) },
    );
  };
  return (
    <section className={styles.section} aria-label="Command">
      <h2>Command</h2>
      <p className="text2">
        {isEditable
          ? "Patchbay asks you to allow a changed command before it runs."
          : `A value has several lines. Edit it with patchbay connector edit ${connector.name}.`}
      </p>
      <form className={styles.form} onSubmit={submit}>
        <Field label="Program" {...field("program")} />
        <Field label="Arguments" {...field("arguments")} lines={4} help="One per line, without quotes" />
        <Field
          label="Environment variables"
          {...field("variables")}
          lines={3}
          placeholder="NAME=value"
          help={
            connector.authentication.kind === "variables"
              ? "One per line. Secret ones are in the vault"
              : "One per line"
          }
        />
        <Field label="Working folder" {...field("folder")} help="Default: a folder of its own" />
        {save.error && <ProblemNotice problem={asProblem(save.error)} />}
        <div className={styles.actions}>
          <Button type="submit" look={changed ? "primary" : "plain"} isDisabled={!changed} isPending={save.isPending}>
            Save command
          </Button>
          {changed && (
            <Button look="quiet" onPress={() => setText(saved)}>
              Discard changes
            </Button>
          )}
        </div>
      </form>
    </section>
  );
}
