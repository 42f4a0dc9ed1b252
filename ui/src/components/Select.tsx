import { type ReactNode } from "react";
import {
  Button as AriaButton,
  Label,
  FieldError,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
  Text,
} from "react-aria-components";
import fieldStyles from "./Field.module.css";
import { Icon } from "./Icon";
import styles from "./Select.module.css";

export type Option<T extends string> = { value: T; label: string; note?: string; start?: ReactNode };

type Props<T extends string> = {
  label: string;
  hideLabel?: boolean;
  options: Option<T>[];
  value: T | null;
  onChange: (value: T) => void;
  placeholder?: string;
  help?: ReactNode;
  /** Shown instead of the help. */
  error?: string | null;
  /** Marks the value as invalid where the error is shown elsewhere. */
  isInvalid?: boolean;
  /** Id of a description that is shown elsewhere. */
  describedBy?: string;
  isDisabled?: boolean;
  autoFocus?: boolean;
};

/** One of many values, in a menu. */
export function Select<T extends string>({
  label,
  hideLabel,
  options,
  value,
  onChange,
  placeholder,
  help,
  error,
  isInvalid = Boolean(error),
  describedBy,
  isDisabled,
  autoFocus,
}: Props<T>) {
  return (
    <AriaSelect
      className={styles.select ?? ""}
      selectedKey={value}
      onSelectionChange={(key) => key !== null && onChange(key as T)}
      placeholder={placeholder}
      aria-describedby={describedBy}
      isInvalid={isInvalid}
      validationBehavior="aria"
      isDisabled={isDisabled}
      autoFocus={autoFocus}
    >
      <Label className={hideLabel ? "unseen" : fieldStyles.label}>{label}</Label>
      <AriaButton className={styles.button ?? ""}>
        <SelectValue className={styles.value ?? ""} />
        <Icon name="chevron-down" size={14} />
      </AriaButton>
      {error ? (
        <FieldError className={fieldStyles.error ?? ""}>
          <Icon name="circle-alert" size={12} />
          {error}
        </FieldError>
      ) : (
        help && (
          <Text slot="description" className={fieldStyles.help ?? ""}>
            {help}
          </Text>
        )
      )}
      <Popover className={styles.popover ?? ""} offset={4}>
        <ListBox className={styles.list ?? ""}>
          {options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} textValue={option.label} className={styles.item ?? ""}>
              {option.start}
              <span className="grow cut">{option.label}</span>
              {option.note && <span className={styles.note}>{option.note}</span>}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
