import { type FieldProps } from "@rjsf/utils";
import { Checkbox, CheckboxGroup } from "react-aria-components";
import { Icon } from "../Icon";
import styles from "./SchemaForm.module.css";
import { useField } from "./useField";

/** Several of a fixed set of values, each at most once, in the order of the schema. */
export function ChoicesField(props: FieldProps) {
  const field = useField(props);
  const choices = field.facts.choices ?? [];
  const chosen = Array.isArray(field.value) ? (field.value as unknown[]) : [];
  const isChosen = (value: unknown) => chosen.some((other) => JSON.stringify(other) === JSON.stringify(value));
  return (
    <CheckboxGroup
      aria-label={field.name}
      className={styles.choices ?? ""}
      aria-describedby={field.note}
      isRequired={field.required}
      isInvalid={field.invalid}
      validationBehavior="aria"
      isDisabled={field.disabled}
      value={choices.flatMap((choice, index) => (isChosen(choice.value) ? [String(index)] : []))}
      onChange={(indices) => {
        const next = choices.filter((_, index) => indices.includes(String(index))).map((choice) => choice.value);
        field.change(next.length === 0 && !field.required ? undefined : next);
        field.onBlur();
      }}
    >
      {choices.map((choice, index) => (
        <Checkbox key={index} value={String(index)} className={styles.check ?? ""}>
          <span className={styles.box}>
            <Icon name="check" size={12} />
          </span>
          {choice.label}
        </Checkbox>
      ))}
    </CheckboxGroup>
  );
}
