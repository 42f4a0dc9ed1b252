import { type HTMLInputAutoCompleteAttribute, type ReactNode, type Ref, useId } from "react";
import { FieldError, Input, Label, Text, TextArea, TextField, type TextFieldProps } from "react-aria-components";
import styles from "./Field.module.css";
import { Icon, type IconName } from "./Icon";
import { KeyHint } from "./KeyHint";
import { type Keys } from "./shortcutTable";

type Props = Omit<TextFieldProps, "children" | "className" | "style"> & {
  label: string;
  /** Keeps the label for assistive technology alone. */
  hideLabel?: boolean;
  /** Words at the right of the label, such as a type. */
  note?: string;
  help?: ReactNode;
  /** What is wrong; shown in place of the help. */
  error?: string | null;
  placeholder?: string;
  icon?: IconName;
  keys?: Keys;
  mono?: boolean;
  /** Lines of a text area; 1 for a single line. */
  lines?: number;
  /** Taller: the box that stands for a page's purpose; at a first launch with larger letters too. */
  size?: "tall" | "large";
  /** A quieter border, for fields that find and do not fill in. */
  soft?: boolean;
  autoComplete?: HTMLInputAutoCompleteAttribute;
  /** Offered beneath a single line, as it is typed. */
  suggestions?: readonly string[];
  /** What stands before the text within the field, in lines of its own where there is no room. */
  start?: ReactNode;
  /** What stands at the right end within the field. */
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
  ref,
  ...rest
}: Props) {
  const list = useId();
  return (
    <TextField
      {...rest}
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
