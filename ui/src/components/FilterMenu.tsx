import { type ReactNode } from "react";
import { Button, Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { grouped } from "@/lib/words";
import chips from "./Chips.module.css";
import { Icon } from "./Icon";
import styles from "./Select.module.css";

type FilterOption<T extends string> = { value: T; label: string; start?: ReactNode; count?: number };

type Props<T extends string> = {
  /** What the options are, such as "Platform"; the button's label while none is selected. */
  label: string;
  options: FilterOption<T>[];
  value: T | null;
  onChange: (value: T | null) => void;
};

/** Filters a list by one of many values. The first entry clears the filter. */
export function FilterMenu<T extends string>({ label, options, value, onChange }: Props<T>) {
  const chosen = options.find((option) => option.value === value);
  return (
    <MenuTrigger>
      <Button className={chips.chip ?? ""} {...(chosen && { "data-selected": true })}>
        {chosen?.start}
        <span className={chips.chosen}>
          {chosen && <span className="unseen">{label}: </span>}
          {chosen?.label ?? label}
        </span>
        <Icon name="chevron-down" size={12} />
      </Button>
      <Popover className={styles.popover ?? ""} placement="bottom start" offset={4}>
        <AriaMenu
          aria-label={label}
          className={styles.list ?? ""}
          selectionMode="single"
          selectedKeys={[value ?? everything]}
          disallowEmptySelection
          onAction={(key) => onChange(options.find((option) => option.value === key)?.value ?? null)}
        >
          <MenuItem id={everything} textValue={`Any ${label.toLowerCase()}`} className={styles.item ?? ""}>
            <span className="grow">Any {label.toLowerCase()}</span>
          </MenuItem>
          {options.map((option) => (
            <MenuItem key={option.value} id={option.value} textValue={option.label} className={styles.item ?? ""}>
              {option.start}
              <span className="grow cut">{option.label}</span>
              {option.count !== undefined && <span className={chips.count}>{grouped(option.count)}</span>}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

const everything = "*";
