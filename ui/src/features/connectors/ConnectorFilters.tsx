import { type KeyboardEvent, memo, type Ref, useMemo } from "react";
import { useAppearance } from "@/components/AppearanceContext";
import { Button } from "@/components/Button";
import { Chips } from "@/components/Chips";
import { statusWords } from "@/components/connectorStatus";
import { Field } from "@/components/Field";
import { FilterMenu } from "@/components/FilterMenu";
import { platformName } from "@/components/platformName";
import { PlatformTile } from "@/components/PlatformTile";
import { StatusGlyph } from "@/components/StatusGlyph";
import {
  type Account,
  type Connector,
  type ConnectorGroup,
  type ConnectorSort,
  type Platform,
  type Status,
} from "@/host/bindings";
import { hasAccounts } from "@/host/platforms";
import { useChangePreferences } from "@/host/preferences";
import { compareText } from "@/lib/order";
import styles from "./Connectors.module.css";
import { type Chip, type Choices, type Filters } from "./groups";
import { tagsOf } from "./listView";
import { countByFilter } from "./filterCounts";
import { ViewMenu } from "./ViewMenu";

type ChoicesProps = {
  connectors: Connector[];
  /** False while only the first connectors are loaded; nothing is counted then. */
  isWhole: boolean;
  accounts: Account[];
  choices: Choices;
  onChange: (changes: Partial<Filters>) => void;
  view: { group: ConnectorGroup; sort: ConnectorSort };
  onRegroup: () => void;
};

type Props = ChoicesProps & { text: string; ref?: Ref<HTMLInputElement> };

/** The filters of the list and the menu that groups and sorts it. */
export function ConnectorFilters({ text, ref, ...rest }: Props) {
  return (
    <div className={styles.filters}>
      <Field
        ref={ref}
        label="Filter connectors"
        hideLabel
        icon="search"
        keys="list.filter"
        soft
        placeholder="Filter"
        value={text}
        onChange={(next) => rest.onChange({ text: next })}
        onKeyDown={(event) => {
          focusRows(event);
          event.continuePropagation();
        }}
      />
      <FilterChoices {...rest} />
    </div>
  );
}

/** All filters but the text; memoized, because typing changes none of them. */
const FilterChoices = memo(function FilterChoices(props: ChoicesProps) {
  const { connectors, isWhole, accounts, choices, onChange, view, onRegroup } = props;
  const { compact } = useAppearance();
  const change = useChangePreferences();
  const hosted = accounts.some(hasAccounts);
  const counts = useMemo(() => countByFilter(connectors), [connectors]);
  const tags = useMemo(() => tagsOf(connectors), [connectors]);
  const types = useMemo(() => [...counts.types.keys()].toSorted(compareText), [counts]);
  const countOf = <Key,>(numbers: ReadonlyMap<Key, number>, key: Key) =>
    isWhole ? (numbers.get(key) ?? 0) : undefined;
  return (
    <>
      <Chips<Chip>
        label="Show"
        chips={[
          { value: "needs", label: "Needs attention", count: countOf(counts.chips, "needs"), glyph: "signin" },
          ...(hosted
            ? [
                { value: "hosted" as const, label: "Hosted", count: countOf(counts.chips, "hosted") },
                { value: "local" as const, label: "This computer", count: countOf(counts.chips, "local") },
              ]
            : [
                { value: "ready" as const, label: "Ready", count: countOf(counts.chips, "ready") },
                { value: "off" as const, label: "Off", count: countOf(counts.chips, "off") },
              ]),
        ]}
        value={choices.chip}
        onChange={(chip) => onChange({ chip })}
      />
      {hosted && (
        <div className={styles.menus}>
          <FilterMenu<Platform>
            label="Platform"
            options={platformOptions(accounts)}
            value={choices.platform}
            onChange={(platform) => onChange({ platform })}
          />
          <FilterMenu
            label="Account"
            options={accounts.map(({ id, label, platform, colour }) => ({
              value: id,
              label,
              start: <PlatformTile platform={platform} colour={colour} />,
              count: countOf(counts.accounts, id),
            }))}
            value={choices.account}
            onChange={(account) => onChange({ account })}
          />
          <FilterMenu<Status>
            label="Status"
            options={statusWords.map(({ status, word, glyph }) => ({
              value: status,
              label: word,
              start: <StatusGlyph name={glyph} />,
              count: countOf(counts.statuses, status),
            }))}
            value={choices.status}
            onChange={(status) => onChange({ status })}
          />
        </div>
      )}
      {types.length > 1 && (
        <FilterMenu
          label="Type"
          options={types.map((type) => ({ value: type, label: type, count: countOf(counts.types, type) }))}
          value={choices.type}
          onChange={(type) => onChange({ type })}
        />
      )}
      {tags.length > 0 && (
        <FilterMenu
          label="Tag"
          options={tags.map((tag) => ({ value: tag, label: tag, count: countOf(counts.tags, tag) }))}
          value={choices.tag}
          onChange={(tag) => onChange({ tag })}
        />
      )}
      <div className={styles.arrange}>
        <ViewMenu
          {...view}
          density={compact ? "compact" : "comfortable"}
          onChange={(changes) => change.mutate(changes)}
        />
        <Button look="quiet" icon="arrow-down-narrow-wide" label="Update grouping and sorting" onPress={onRegroup} />
      </div>
    </>
  );
});

/** Moves the focus from the filter field to the rows. */
function focusRows(event: KeyboardEvent): void {
  if (event.key !== "ArrowDown" && event.key !== "Enter" && event.key !== "Escape") return;
  const rows = document.querySelector<HTMLElement>("main [role=grid]");
  if (!rows) return;
  event.preventDefault();
  rows.focus();
}

function platformOptions(accounts: Account[]) {
  return [...new Set(accounts.map((account) => account.platform))].map((platform) => ({
    value: platform,
    label: platformName(platform),
    start: <PlatformTile platform={platform} />,
  }));
}
