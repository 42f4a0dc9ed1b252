import { type FieldProps } from "@rjsf/utils";
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import { Token } from "../Token";
import styles from "./SchemaForm.module.css";
import { inputProps, useField } from "./useField";

/**
 * Several texts in one line: Enter or a comma ends one, Backspace takes the last one back. The one that is still
 * being typed is part of the value already, so that a form that is sent meanwhile lacks nothing.
 */
export function ChipsField(props: FieldProps) {
  const field = useField(props);
  const [typed, setTyped] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const all = Array.isArray(field.value) ? (field.value as unknown[]) : [];
  const last = typed.trim();
  // Another value may have come from elsewhere meanwhile.
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
    // A press beside the chips goes on in the input; the keyboard is there already.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div className={styles.chips} data-invalid={field.invalid || undefined} onClick={() => input.current?.focus()}>
      {chips.map((chip, index) => (
        // Two chips may read the same: the place is part of the key.
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
