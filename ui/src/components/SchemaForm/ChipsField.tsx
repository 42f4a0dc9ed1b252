import { type FieldProps } from "@rjsf/utils";
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import { isComposing } from "@/lib/keys";
import { Token } from "../Token";
import styles from "./SchemaForm.module.css";
import { inputProps, useField } from "./useField";

/**
 * A list of texts on one line. Enter or a comma adds an item, Backspace removes the last. Unfinished input is already
 * part of the value, so that submitting does not lose it.
 */
export function ChipsField(props: FieldProps) {
  const field = useField(props);
  const [typed, setTyped] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const all = Array.isArray(field.value) ? (field.value as unknown[]) : [];
  const last = typed.trim();
  // The value may have changed from outside.
  const isLastTyped = last !== "" && all.at(-1) === last;
  const chips = isLastTyped ? all.slice(0, -1) : all;

  const set = (next: unknown[], text = typed) => {
    const whole = text.trim() === "" ? next : [...next, text.trim()];
    setTyped(text);
    field.change(whole.length === 0 && !field.required ? undefined : whole);
  };
  const end = () => {
    if (last === "" || isLastTyped) setTyped("");
    else set([...chips, last], "");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    const ends = event.key === "Enter" && !event.ctrlKey && !event.metaKey;
    if ((ends || event.key === ",") && last !== "") {
      event.preventDefault();
      end();
    } else if (event.key === "Backspace" && typed === "" && chips.length > 0) {
      event.preventDefault();
      set(chips.slice(0, -1));
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const lines = event.clipboardData
      .getData("text")
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean);
    if (lines.length < 2) return;
    event.preventDefault();
    set([...chips, ...lines]);
  };

  return (
    // A click beside the chips focuses the input, which has the keyboard handlers.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div className={styles.chips} data-invalid={field.invalid || undefined} onClick={() => input.current?.focus()}>
      {chips.map((chip, index) => (
        // Chips can be equal, so the key includes the index.
        <Token
          key={`${index} ${String(chip)}`}
          name={String(chip)}
          isDisabled={field.disabled}
          onRemove={() => set(chips.filter((_, other) => other !== index))}
        >
          {typeof chip === "string" ? chip : JSON.stringify(chip)}
        </Token>
      ))}
      <input
        {...inputProps(field)}
        ref={input}
        value={typed}
        placeholder={chips.length === 0 ? "Type and press Enter" : undefined}
        onChange={(event) => set(chips, event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onBlur={() => {
          end();
          field.onBlur();
        }}
      />
    </div>
  );
}
