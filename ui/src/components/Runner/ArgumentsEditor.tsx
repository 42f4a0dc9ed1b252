import { type ReactNode } from "react";
import { type Json } from "@/host/bindings";
import { JsonEditor } from "../JsonEditor/JsonEditor";
import { passFocusBeside } from "../keepFocus";
import { LazySchemaForm } from "../SchemaForm/LazySchemaForm";
import { MissingSecrets } from "../SchemaForm/MissingSecrets";
import styles from "./Runner.module.css";
import { type Runner } from "./useRunner";

type Props = {
  runner: Runner;
  name: string;
  schema: Json;
  missingReason: string;
  /** Shown below the form. */
  children?: ReactNode;
};

export function ArgumentsEditor({ runner, name, schema, missingReason, children }: Props) {
  const { args, mode, missing, form, setMissing, setReadable } = runner;
  const label = `Arguments of ${name}`;
  return (
    <>
      {missing.length > 0 && (
        <div ref={passFocusBeside} className={styles.note}>
          <MissingSecrets names={missing} onHide={() => setMissing([])}>
            {missingReason}
          </MissingSecrets>
        </div>
      )}
      {mode === "form" ? (
        <div className={styles.form} data-arguments="form">
          <LazySchemaForm
            ref={form}
            label={label}
            schema={schema}
            value={args.value}
            onChange={args.change}
            problems={args.shown}
            onLeave={args.touch}
            onReadable={setReadable}
          />
          {children}
        </div>
      ) : (
        <div className={styles.json} data-arguments="json">
          <JsonEditor
            label={`${label} as JSON`}
            value={args.value}
            problems={args.problems}
            onReadable={setReadable}
            onChange={args.change}
          />
        </div>
      )}
    </>
  );
}
