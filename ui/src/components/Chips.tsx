import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { grouped } from "@/lib/words";
import styles from "./Chips.module.css";
import { type GlyphName, StatusGlyph } from "./StatusGlyph";

type Chip<T extends string> = { value: T; label: string; count?: number; glyph?: GlyphName };

type Props<T extends string> = {
  label: string;
  chips: Chip<T>[];
  value: T | null;
  onChange: (value: T | null) => void;
};

/** Filters a list by one value. Pressing the selected chip clears the filter. */
export function Chips<T extends string>({ label, chips, value, onChange }: Props<T>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      className={styles.chips ?? ""}
      selectionMode="single"
      selectedKeys={value ? [value] : []}
      onSelectionChange={(keys) => onChange(chips.find((chip) => keys.has(chip.value))?.value ?? null)}
    >
      {chips.map((chip) => (
        <ToggleButton key={chip.value} id={chip.value} className={styles.chip ?? ""}>
          {chip.glyph && <StatusGlyph name={chip.glyph} />}
          {chip.label}
          {chip.count !== undefined && <span className={styles.count}>{grouped(chip.count)}</span>}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
