import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import styles from "./SegmentedControl.module.css";

type Segment<T extends string> = { value: T; label: string };

type Props<T extends string> = {
  label: string;
  segments: Segment<T>[];
  value: T | null;
  onChange: (value: T) => void;
  isDisabled?: boolean;
};

/** One of a few values, all visible. */
export function SegmentedControl<T extends string>({ label, segments, value, onChange, isDisabled }: Props<T>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      className={styles.group ?? ""}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={value === null ? [] : [value]}
      isDisabled={isDisabled}
      onSelectionChange={(keys) => {
        const chosen = segments.find((segment) => keys.has(segment.value));
        if (chosen && chosen.value !== value) onChange(chosen.value);
      }}
    >
      {segments.map((segment) => (
        <ToggleButton key={segment.value} id={segment.value} className={styles.segment ?? ""}>
          {segment.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
