import { type FieldProps } from "@rjsf/utils";
import { useEffect, useState } from "react";
import { fromPointer, isWithin, toPointer } from "@/lib/jsonPointer";
import { readMapValue, writeMapValue } from "@/lib/schema/mapValues";
import { isObject, isSame, type JsonObject } from "@/lib/schema/schema";
import { Button } from "../Button";
import { Field } from "../Field";
import { focusAfterRemoval } from "../keepFocus";
import { emptyDraft } from "../secretDraft";
import { type FormSecrets, useFormFacts } from "./FormContext";
import styles from "./SchemaForm.module.css";
import { useField } from "./useField";

type Line = { name: string; text: string };

const texts: readonly string[] = ["string"];

/** Values by custom names, such as headers, one per line. Secrets are kept apart from the value. */
export function MapField(props: FieldProps) {
  const field = useField(props);
  const { secrets, pointer, facts, name, unreadable } = field;
  const isSecret = facts.secret === true && secrets !== undefined;
  const { problems, touch } = useFormFacts();
  const types = facts.values ?? texts;
  const [lines, setLines] = useState<Line[]>(() =>
    isSecret ? secretLinesOf(secrets.drafts, pointer) : linesOf(field.value, types),
  );
  const [known, setKnown] = useState(field.value);
  // The lines are rewritten only if the value changes from outside, so that incomplete lines stay.
  if (!isSame(known, field.value)) {
    setKnown(field.value);
    if (!isSecret && !isSame(valueOf(lines, types, field.required), field.value)) setLines(linesOf(field.value, types));
  }

  const errors = lines.map((_, index) => lineError(lines, index, isSecret ? texts : types));
  const isIncomplete = errors.some((error) => error !== null);
  useEffect(() => {
    if (!isIncomplete) return;
    unreadable(pointer, true);
    return () => unreadable(pointer, false);
  }, [pointer, unreadable, isIncomplete]);

  const set = (next: Line[]) => {
    const removed = lines.filter((line) => !next.some((other) => other.name === line.name));
    setLines(next);
    if (isSecret) {
      for (const line of removed) secrets.change(place(pointer, line.name), emptyDraft);
      for (const line of named(next)) secrets.change(place(pointer, line.name), { ...emptyDraft, secret: line.text });
    } else field.change(valueOf(next, types, field.required));
  };
  const change = (index: number, changes: Partial<Line>) =>
    set(lines.map((line, at) => (at === index ? { ...line, ...changes } : line)));

  return (
    <div className={styles.rows}>
      {lines.map((line, index) => (
        <div key={index} className={styles.row} data-line data-problem={errors[index] != null || undefined}>
          <Field
            label={`${name}: name ${index + 1}`}
            hideLabel
            mono
            placeholder="Name"
            value={line.name}
            onChange={(next) => change(index, { name: next })}
            error={errors[index]?.name}
          />
          <Field
            label={`${name}: value ${index + 1}`}
            hideLabel
            mono
            placeholder="Value"
            type={isSecret ? "password" : "text"}
            autoComplete={isSecret ? "new-password" : "off"}
            value={line.text}
            onChange={(text) => change(index, { text })}
            onFocusChange={(isFocused) => !isFocused && touch(place(pointer, line.name))}
            error={errors[index]?.value ?? problems.get(place(pointer, line.name))}
          />
          <Button
            small
            look="quiet"
            icon="x"
            label={`Remove ${line.name || `line ${index + 1}`}`}
            isDisabled={field.disabled}
            onPress={(event) => {
              focusAfterRemoval(event);
              set(lines.filter((_, at) => at !== index));
            }}
          />
        </div>
      ))}
      <Button
        small
        icon="plus"
        isDisabled={field.disabled}
        onPress={() => setLines([...lines, { name: "", text: "" }])}
      >
        {lines.length === 0 ? "Add item" : "Add another"}
      </Button>
    </div>
  );
}

function linesOf(value: unknown, types: readonly string[]): Line[] {
  if (!isObject(value)) return [];
  return Object.entries(value).map(([name, one]) => ({ name, text: writeMapValue(one, types) }));
}

/** The secrets that were entered before the field was folded or another alternative was chosen. */
function secretLinesOf(drafts: FormSecrets["drafts"], pointer: string): Line[] {
  return [...drafts]
    .filter(([place, draft]) => isWithin(place, pointer) && draft.secret !== "")
    .map(([place, { secret }]) => ({ name: fromPointer(place).at(-1) ?? "", text: secret }));
}

/** The inverse of {@link linesOf}; lines without a name do not count. */
function valueOf(lines: readonly Line[], types: readonly string[], isRequired: boolean): JsonObject | undefined {
  // An empty text is only a value where strings are allowed.
  const given = named(lines).filter((line) => line.text !== "" || types.includes("string"));
  if (given.length === 0 && !isRequired) return undefined;
  return Object.fromEntries(given.map((line) => [line.name.trim(), readMapValue(line.text, types)]));
}

function named(lines: readonly Line[]): Line[] {
  return lines.filter((line) => line.name.trim() !== "");
}

/** Why a line would not be sent; empty lines do not count. */
function lineError(
  lines: readonly Line[],
  index: number,
  types: readonly string[],
): { name?: string; value?: string } | null {
  const { name = "", text = "" } = lines[index] ?? {};
  const trimmed = name.trim();
  if (trimmed === "") return text === "" ? null : { name: "Enter a name" };
  if (lines.slice(0, index).some((line) => line.name.trim() === trimmed)) return { name: "Name already used" };
  return text === "" && !types.includes("string") ? { value: "Enter a value" } : null;
}

function place(pointer: string, name: string): string {
  return pointer + toPointer([name.trim()]);
}
