import { type HTMLInputAutoCompleteAttribute, type ReactNode, type Ref, useId } from "react";
import { FieldError, Input, Label, Text, TextArea, TextField, type TextFieldProps } from "react-aria-components";
import { isComposing } from "@/lib/keys";
import styles from "./Field.module.css";
import { Icon, type IconName } from "./Icon";
import { KeyHint } from "./KeyHint";
import { type Keys } from "./shortcutTable";

type Props = Omit<TextFieldProps, "children" | "className" | "style"> & {
  label: string;
  /** Shows the label to assistive technology only. */
  hideLabel?: boolean;
  /** Shown beside the label, such as a type. */
  note?: string;
  help?: ReactNode;
  /** Shown instead of the help. */
  error?: string | null;
  placeholder?: string;
  icon?: IconName;
  keys?: Keys;
  mono?: boolean;
  /** Number of lines; more than 1 makes a text area. */
  lines?: number;
  /** Taller, for the main field of a page; `large` has larger text too. */
  size?: "tall" | "large";
  /** A quieter border, for search fields. */
  soft?: boolean;
  autoComplete?: HTMLInputAutoCompleteAttribute;
  /** Completions, for a single line. */
  suggestions?: readonly string[];
  /** Shown before the text; wraps if there is no room. */
  start?: ReactNode;
  /** Shown at the right end. */
  end?: ReactNode;
  ref?: Ref<HTMLInputElement>;
};

/** A labelled text field with help or an error beneath. */
export function Field({
  label,
  hideLabel = false,
  note,
  help,
  error,
  placeholder,
  icon,
  keys,
  mono = false,
  lines = 1,
  size,
  soft = false,
  autoComplete = "off",
  suggestions = [],
  start,
  end,
  onKeyDown,
  ref,
  ...rest
}: Props) {
  const list = useId();
  return (
    <TextField
      {...rest}
      // The keys of an input method choose among its suggestions.
      onKeyDown={
        onKeyDown && ((event) => (isComposing(event.nativeEvent) ? event.continuePropagation() : onKeyDown(event)))
      }
      autoComplete={autoComplete}
      className={styles.field ?? ""}
      isInvalid={Boolean(error) || rest.isInvalid}
      validationBehavior="aria"
    >
      <Label className={hideLabel ? "unseen" : styles.label}>
        {label}
        {rest.isRequired && <span className={styles.required}>required</span>}
        {note && <span className={styles.note}>{note}</span>}
      </Label>
      <div
        className={styles.box}
        data-mono={mono || undefined}
        data-area={lines > 1 || undefined}
        data-size={size}
        data-soft={soft || undefined}
        data-start={start ? true : undefined}
      >
        {icon && <Icon name={icon} size={14} />}
        {lines > 1 ? (
          <TextArea rows={lines} placeholder={placeholder} spellCheck={false} />
        ) : (
          <div className={styles.line}>
            {start}
            <Input
              ref={ref}
              placeholder={placeholder}
              spellCheck={false}
              autoCapitalize="off"
              autoCorrect="off"
              list={suggestions.length > 0 ? list : undefined}
            />
            {suggestions.length > 0 && (
              <datalist id={list}>
                {suggestions.map((text) => (
                  <option key={text} value={text} />
                ))}
              </datalist>
            )}
          </div>
        )}
        {end}
        {keys && <KeyHint keys={keys} />}
      </div>
      {error ? (
        <FieldError className={styles.error ?? ""}>
          <Icon name="circle-alert" size={12} />
          {error}
        </FieldError>
      ) : (
        help && (
          <Text slot="description" className={styles.help ?? ""}>
            {help}
          </Text>
        )
      )}
    </TextField>
  );
}
