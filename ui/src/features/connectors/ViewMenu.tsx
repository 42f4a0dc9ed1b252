import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from "react-aria-components";
import { Button } from "@/components/Button";
import { Icon } from "@/components/Icon";
import selectStyles from "@/components/Select.module.css";
import { type ConnectorGroup, type ConnectorSort, type Density, type Preferences } from "@/host/bindings";
import { classes } from "@/lib/classes";
import styles from "./Connectors.module.css";
import { groupings, sorts } from "./listView";

type Props = {
  group: ConnectorGroup;
  sort: ConnectorSort;
  density: Density;
  onChange: (changes: Pick<Preferences, "connectorGroup" | "connectorSort" | "density">) => void;
};

const densities: { value: Density; label: string }[] = [
  { value: "comfortable", label: "Comfortable" },
  { value: "compact", label: "Compact" },
];

/** Chooses grouping, sorting and row height of the list. */
export function ViewMenu({ group, sort, density, onChange }: Props) {
  return (
    <MenuTrigger>
      <Button
        look="quiet"
        endIcon="chevron-down"
        label={`View: grouped by ${labelOf(groupings, group)}, sorted by ${labelOf(sorts, sort)}`}
      >
        View
      </Button>
      <Popover className={selectStyles.popover ?? ""} placement="bottom end" offset={4}>
        <Menu aria-label="View" className={classes(selectStyles.list, styles.viewMenu)}>
          <Choice
            title="Group by"
            options={groupings}
            value={group}
            onChange={(connectorGroup) => onChange({ connectorGroup })}
          />
          <Choice
            title="Sort by"
            options={sorts}
            value={sort}
            onChange={(connectorSort) => onChange({ connectorSort })}
          />
          <Choice title="Rows" options={densities} value={density} onChange={(next) => onChange({ density: next })} />
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

type ChoiceProps<T extends string> = {
  title: string;
  options: { value: T; label: string }[];
  value: T;
  onChange: (value: T) => void;
};

function Choice<T extends string>({ title, options, value, onChange }: ChoiceProps<T>) {
  const idOf = (option: T) => `${title} ${option}`;
  return (
    <MenuSection
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[idOf(value)]}
      onSelectionChange={(keys) => {
        const chosen = options.find((option) => keys !== "all" && keys.has(idOf(option.value)));
        if (chosen) onChange(chosen.value);
      }}
    >
      <Header className={styles.menuHead}>{title}</Header>
      {options.map((option) => (
        <MenuItem
          key={option.value}
          id={idOf(option.value)}
          textValue={option.label}
          className={selectStyles.item ?? ""}
          data-check
        >
          <span className="grow">{option.label}</span>
          {option.value === value && <Icon name="check" size={14} />}
        </MenuItem>
      ))}
    </MenuSection>
  );
}

function labelOf<T extends string>(options: { value: T; label: string }[], value: T): string {
  return options.find((option) => option.value === value)?.label.toLowerCase() ?? value;
}
