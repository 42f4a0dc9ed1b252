import { type FieldProps } from "@rjsf/utils";
import { type ChangeEvent, use, useEffect, useState } from "react";
import { isExact, isTypedNumber } from "@/lib/exactNumber";
import { type Choice } from "@/lib/schema/formSchema";
import { isSame } from "@/lib/schema/schema";
import { joinTexts } from "@/lib/words";
import { Button } from "../Button";
import { focusField } from "../keepFocus";
import { SecretField } from "../SecretField";
import { emptyDraft } from "../secretDraft";
import { Select } from "../Select";
import { Switch } from "../Switch";
import { type FormSecrets, OptionContext } from "./FormContext";
import styles from "./SchemaForm.module.css";
import { type FieldInput, inputProps, useField } from "./useField";

/** A scalar: text, number, boolean, or one of a list. */
export function LeafField(props: FieldProps) {
  const field = useField(props);
  const { schema, facts } = field;
  if (facts.choices && "const" in schema) return <Constant field={field} value={schema.const} />;
  if (facts.choices) return <OneOfList field={field} choices={facts.choices} />;
  if (schema.type === "boolean") return <TrueOrFalse field={field} />;
  if (field.secrets && schema.writeOnly === true && !isNumeric(field))
    return <SecretLeaf field={field} secrets={field.secrets} />;
  return <TypedInput field={field} />;
}

/** A secret of a platform's form; never part of the value. */
function SecretLeaf({ field, secrets }: { field: FieldInput; secrets: FormSecrets }) {
  const { pointer, name, schema, required, problem } = field;
  const isKept = secrets.kept.has(pointer);
  const help = schema.description ?? "";
  return (
    <SecretField
      label={name}
      help={isKept ? joinTexts(" ", help, "Already set. Leave empty to keep it.") : help}
      draft={secrets.drafts.get(pointer) ?? emptyDraft}
      onChange={(draft) => secrets.change(pointer, draft)}
      entries={secrets.wallet}
      error={problem}
      isRequired={required && !isKept}
      canSave
    />
  );
}

/** A value without alternatives; set automatically if required. */
function Constant({ field, value }: { field: FieldInput; value: unknown }) {
  const { required, change } = field;
  const missing = required && field.value === undefined;
  useEffect(() => {
    if (missing) change(value);
    // Only a missing value matters; `change` is a new function at each render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [missing]);
  if (required && (missing || isSame(value, field.value))) return null;
  return (
    <OneOfList field={field} choices={[{ value, label: typeof value === "string" ? value : JSON.stringify(value) }]} />
  );
}

const unset = "unset";

function OneOfList({ field, choices }: { field: FieldInput; choices: Choice[] }) {
  const chosen = choices.findIndex((choice) => isSame(choice.value, field.value));
  const options = choices.map((choice, index) => ({
    value: String(index),
    label: choice.label,
    note: choice.description,
  }));
  return (
    <Select
      label={field.name}
      hideLabel
      options={field.required ? options : [{ value: unset, label: "Not set" }, ...options]}
      value={chosen === -1 ? null : String(chosen)}
      placeholder={
        field.value == null ? (fallbackText(field) ?? "Choose") : `${JSON.stringify(field.value)} isn't an option`
      }
      onChange={(index) => {
        field.change(index === unset ? undefined : choices[Number(index)]?.value);
        field.onBlur();
      }}
      isInvalid={field.invalid}
      describedBy={field.note}
      isDisabled={field.disabled}
    />
  );
}

function TrueOrFalse({ field }: { field: FieldInput }) {
  const isSet = typeof field.value === "boolean";
  const shown = isSet ? field.value === true : field.facts.fallback === true;
  return (
    <div className={styles.boolean}>
      <Switch
        isSelected={shown}
        onChange={field.change}
        describedBy={field.required ? `${field.id}-required ${field.note}` : field.note}
        isDisabled={field.disabled}
      >
        <span className="unseen">{field.name}: </span>
        {isSet && field.secrets ? (
          <span>{field.value ? "On" : "Off"}</span>
        ) : isSet ? (
          <span className="mono">{String(field.value)}</span>
        ) : (
          <span className="text3">{fallbackText(field) ?? "Not set"}</span>
        )}
      </Switch>
      {isSet && !field.required && (
        <Button
          small
          look="quiet"
          icon="x"
          label={`Clear ${field.name}`}
          onPress={(event) => {
            focusField(event);
            field.change(undefined);
          }}
        />
      )}
    </div>
  );
}

/** A text or number. Both are one input, which keeps the focus when typing changes the alternative. */
function TypedInput({ field }: { field: FieldInput }) {
  const { pointer, unreadable } = field;
  const isOption = use(OptionContext) === field.id;
  const [typed, setTyped] = useState<string | null>(null);
  const isNumber = isNumeric(field);
  // Replacing it by an area would take the focus.
  const [isLine] = useState(isNumber);
  const read = (text: string) => (isNumber ? toNumber(text, isOption) : text || undefined);
  // Invalid text stays until it is corrected.
  const isShown = isNumber && typed !== null && isSame(read(typed), field.value ?? undefined);
  // What may become a number is no value before the field is left.
  const begun = isShown && isOption && field.value === undefined ? typed.trim() : "";
  useEffect(() => {
    if (begun === "") return;
    unreadable(pointer, true);
    return () => unreadable(pointer, false);
  }, [pointer, unreadable, begun]);
  const secret = !isNumber && isSecret(field);
  const props = {
    ...inputProps(field),
    onBlur: () => {
      if (begun !== "") field.change(begun);
      field.onBlur();
    },
    placeholder: secret ? undefined : placeholder(field),
    value: isShown ? typed : textOf(field.value),
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      setTyped(event.target.value);
      field.change(read(event.target.value));
    },
  };
  if (!isLine && !isNumber && isLong(field)) return <textarea {...props} className={styles.area} rows={3} />;
  return (
    <input
      {...props}
      className={styles.input}
      type={secret ? "password" : "text"}
      inputMode={inputModes[String(isNumber ? field.schema.type : field.schema.format)]}
    />
  );
}

function isNumeric({ schema }: FieldInput): boolean {
  return schema.type === "integer" || schema.type === "number";
}

/**
 * Returns the number, or the text itself if it is invalid or would lose digits. The beginning of a number isn't a text
 * where another alternative would take it.
 */
function toNumber(text: string, isOption: boolean): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "" || (isOption && /^[+-]?\.?$/.test(trimmed))) return undefined;
  return isTypedNumber(trimmed) && isExact(trimmed) ? Number(trimmed) : trimmed;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const inputModes: Partial<Record<string, "email" | "url" | "numeric" | "decimal">> = {
  email: "email",
  uri: "url",
  integer: "numeric",
  number: "decimal",
};

const samples: Record<string, string> = {
  date: "2026-11-20",
  "date-time": "2026-11-20T09:41:00Z",
  time: "09:41:00Z",
  email: "name@example.com",
  uri: "https://example.com",
};

function placeholder(field: FieldInput): string | undefined {
  const { examples, format } = field.schema;
  const example = Array.isArray(examples) && examples.length > 0 ? textOf(examples[0]) : samples[String(format)];
  return fallbackText(field) ?? (example ? `Example: ${example}` : undefined);
}

/** The server's default, which applies while no value is given. */
function fallbackText({ facts }: FieldInput): string | undefined {
  const { fallback } = facts;
  if (fallback === undefined || fallback === null || fallback === "") return undefined;
  return `Default: ${textOf(fallback)}`;
}

function isSecret({ schema }: Pick<FieldInput, "schema">): boolean {
  return schema.writeOnly === true || schema.format === "password";
}

/** Whether a text probably has several lines, judging by format and name, or length in a tool's schema. */
function isLong({ schema, name, value, secrets }: FieldInput): boolean {
  if (
    isSecret({ schema }) ||
    (schema.format !== undefined && schema.format !== "textarea" && schema.format !== "markdown")
  )
    return false;
  if (
    schema.format !== undefined ||
    typeof schema.contentMediaType === "string" ||
    (!secrets && Number(schema.maxLength ?? 0) > 200)
  )
    return true;
  if (typeof value === "string" && value.includes("\n")) return true;
  if (typeof schema.maxLength === "number" && schema.maxLength <= 200) return false;
  return (
    /^(body|content|text|markdown|message|prompt|sql|script|html)$/i.test(name) ||
    /markdown|multi-?line|paragraph/i.test(String(schema.description ?? ""))
  );
}
