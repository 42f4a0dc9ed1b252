import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from "react-aria-components";
import { type ToolRunSummary } from "@/host/bindings";
import { Button } from "@/components/Button";
import { Icon } from "@/components/Icon";
import selectStyles from "@/components/Select.module.css";
import { runStates } from "@/components/ToolResult/runWords";
import styles from "./Runs.module.css";
import { type TypedFilter } from "./typedFilters";

type Props = {
  filters: readonly TypedFilter[];
  /** Adds a filter, or removes it if present. */
  onToggle: (filter: TypedFilter) => void;
  /** The selected run, to filter for similar ones. */
  run: ToolRunSummary | undefined;
  /** Whether all runs belong to one connector. */
  isOneConnector: boolean;
};

type Choice = TypedFilter & { label: string };

const groups: { title: string; choices: Choice[] }[] = [
  {
    title: "Status",
    choices: (["done", "failed", "running", "cancelled", "denied"] as const).map((value) => ({
      name: "status",
      value,
      label: runStates[value].word,
    })),
  },
  { title: "Label", choices: [{ name: "is", value: "pinned", label: "Pinned" }] },
  {
    title: "Started",
    choices: [
      { name: "since", value: "24h", label: "Last 24 hours" },
      { name: "since", value: "7d", label: "Last 7 days" },
    ],
  },
  {
    title: "Started by",
    choices: [
      { name: "source", value: "window", label: "You" },
      { name: "source", value: "cli", label: "Command line" },
    ],
  },
];

/** Offers the filters that can also be typed. */
export function AddFilterMenu({ filters, onToggle, run, isOneConnector }: Props) {
  const alike: Choice[] = run ? [{ name: "tool", value: run.tool, label: `Tool ${run.tool}` }] : [];
  if (run && !isOneConnector)
    alike.push({ name: "connector", value: run.connectorTitle, label: `Connector ${run.connectorTitle}` });
  const part = { filters, onToggle };
  return (
    <MenuTrigger>
      <Button small look="quiet" endIcon="chevron-down">
        Filter
      </Button>
      <Popover className={selectStyles.popover ?? ""} placement="bottom end" offset={4}>
        <Menu aria-label="Filter" className={selectStyles.list ?? ""}>
          {groups.map((group) => (
            <Part key={group.title} {...group} {...part} />
          ))}
          {alike.length > 0 && <Part title="Same as this run" choices={alike} {...part} />}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

type PartProps = Pick<Props, "filters" | "onToggle"> & { title: string; choices: Choice[] };

function Part({ title, choices, filters, onToggle }: PartProps) {
  const isChosen = ({ name, value }: Choice) =>
    filters.some((filter) => filter.name === name && filter.value === value);
  return (
    <MenuSection selectionMode="multiple" selectedKeys={choices.filter(isChosen).map(({ label }) => label)}>
      <Header className={styles.menuHead}>{title}</Header>
      {choices.map((choice) => (
        <MenuItem
          key={choice.label}
          id={choice.label}
          textValue={choice.label}
          className={selectStyles.item ?? ""}
          onAction={() => onToggle({ name: choice.name, value: choice.value })}
        >
          {({ isSelected }) => (
            <>
              {isSelected ? <Icon name="check" size={14} /> : <span className={selectStyles.blank} />}
              <span className="cut">{choice.label}</span>
            </>
          )}
        </MenuItem>
      ))}
    </MenuSection>
  );
}
