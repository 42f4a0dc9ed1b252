import { type ReactNode, useEffect, useState } from "react";
import { Field } from "@/components/Field";
import { type EditMode, FormOrJson } from "@/components/FormOrJson";
import { type PlatformField } from "@/host/bindings";
import { jsonError, readJson, writeJson } from "@/lib/jsonText";
import { isObject, type JsonObject } from "@/lib/schema/schema";
import { type AccountForm, type FormErrors, isJson, schemaError } from "./accountForm";

type Props = {
  fields: PlatformField[];
  form: AccountForm;
  errors: FormErrors;
  /** Names of input that cannot be parsed; switching would lose it. */
  unreadable: ReadonlySet<string>;
  onChange: (form: AccountForm) => void;
  onReadable: (name: string, isReadable: boolean) => void;
  /** The same settings as fields. */
  children: ReactNode;
};

/** Advanced settings, as fields or as one JSON object. */
export function FoldedFields({ children, unreadable, ...props }: Props) {
  const [mode, setMode] = useState<EditMode>("form");
  if (props.fields.length < 2) return children;
  const isReadable = !["", ...props.fields.map(({ name }) => name)].some((name) => unreadable.has(name));
  return (
    <>
      <div>
        <FormOrJson label="Edit advanced settings" mode={mode} onChange={setMode} isDisabled={!isReadable} />
      </div>
      {mode === "form" ? children : <AsJson {...props} />}
    </>
  );
}

function AsJson({ fields, form, errors, onChange, onReadable }: Omit<Props, "children" | "unreadable">) {
  const [text, setText] = useState(() => writeJson(valuesOf(fields, form)));
  const problem = problemOf(fields, text);
  const isReadable = problem === null;
  useEffect(() => {
    if (isReadable) return;
    onReadable("", false);
    return () => onReadable("", true);
  }, [isReadable, onReadable]);
  const change = (typed: string) => {
    setText(typed);
    const { value } = readJson(typed);
    const settings = isObject(value) ? { ...form.settings, ...textsOf(fields, value) } : form.settings;
    onChange({ ...form, settings });
  };
  const refused = fields.flatMap(({ name }) => (errors[name] ? [`${name}: ${errors[name]}`] : []));
  return (
    <Field
      label="Advanced settings"
      help="By name. What is left out has its default."
      note="JSON"
      mono
      lines={16}
      value={text}
      onChange={change}
      error={problem ?? refused[0]}
    />
  );
}

/** Returns the error of the JSON text; it may contain known settings only. */
function problemOf(fields: PlatformField[], text: string): string | null {
  const unreadable = jsonError(text);
  if (unreadable) return unreadable;
  const { value } = readJson(text);
  if (!isObject(value)) return "Enter a JSON object";
  const unknown = Object.keys(value).find((name) => !fields.some((field) => field.name === name));
  if (unknown !== undefined) return `Unknown setting ${unknown}`;
  // Settings without a form are text, or its JSON equivalent.
  const plain = { type: ["string", "number", "boolean", "array"] };
  const properties = fields.map(({ name, form }) => [name, form ? form.schema : plain] as const);
  return schemaError({ type: "object", properties: Object.fromEntries(properties) }, value);
}

function valuesOf(fields: PlatformField[], form: AccountForm): JsonObject {
  const given = fields.flatMap((field) => {
    const text = form.settings[field.name] ?? "";
    if (text === "") return [];
    return [[field.name, isJson(field) ? (readJson(text).value ?? text) : text] as const];
  });
  return Object.fromEntries(given);
}

/** The settings as input of their fields; removed ones are empty. */
function textsOf(fields: PlatformField[], values: JsonObject): Record<string, string> {
  const text = (value: unknown) => (typeof value === "string" ? value : writeJson(value));
  return Object.fromEntries(fields.map(({ name }) => [name, name in values ? text(values[name]) : ""]));
}
