import { type KeyboardEvent, type Ref, useMemo } from "react";
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
import { type Chip, type Filters } from "./groups";
import { tagsOf } from "./listView";
import { countByFilter } from "./filterCounts";
import { ViewMenu } from "./ViewMenu";

type Props = {
  connectors: Connector[];
  /** Whether these are all; nothing is counted before. */
  isWhole: boolean;
  accounts: Account[];
  filters: Filters;
  onChange: (changes: Partial<Filters>) => void;
  view: { group: ConnectorGroup; sort: ConnectorSort };
  onRegroup: () => void;
  ref?: Ref<HTMLInputElement>;
};

/** What narrows the list, and how it is arranged. */
export function ConnectorFilters({ connectors, isWhole, accounts, filters, onChange, view, onRegroup, ref }: Props) {
  const { compact } = useAppearance();
  const change = useChangePreferences();
  const hosted = accounts.some(hasAccounts);
  // Typing changes none of these.
  const tally = useMemo(() => countByFilter(connectors), [connectors]);
  const tags = useMemo(() => tagsOf(connectors), [connectors]);
  const types = useMemo(() => [...tally.types.keys()].toSorted(compareText), [tally]);
  const number = <Key,>(counts: ReadonlyMap<Key, number>, key: Key) => (isWhole ? (counts.get(key) ?? 0) : undefined);
  return (
    <div className={styles.filters}>
      <Field
        ref={ref}
        label="Filter connectors"
        hideLabel
        icon="search"
        keys="/"
        soft
        placeholder="Filter"
        value={filters.text}
        onChange={(text) => onChange({ text })}
        onKeyDown={toRows}
      />
      <Chips<Chip>
        label="Show"
        chips={[
          { value: "needs", label: "Needs attention", count: number(tally.chips, "needs"), glyph: "signin" },
          ...(hosted
            ? [
                { value: "hosted" as const, label: "Hosted", count: number(tally.chips, "hosted") },
                { value: "local" as const, label: "This computer", count: number(tally.chips, "local") },
              ]
            : [
                { value: "ready" as const, label: "Ready", count: number(tally.chips, "ready") },
                { value: "off" as const, label: "Off", count: number(tally.chips, "off") },
              ]),
        ]}
        value={filters.chip}
        onChange={(chip) => onChange({ chip })}
      />
      {hosted && (
        <div className={styles.menus}>
          <FilterMenu<Platform>
            label="Platform"
            options={platformOptions(accounts)}
            value={filters.platform}
            onChange={(platform) => onChange({ platform })}
          />
          <FilterMenu
            label="Account"
            options={accounts.map(({ id, label, platform, colour }) => ({
              value: id,
              label,
              start: <PlatformTile platform={platform} colour={colour} />,
              count: number(tally.accounts, id),
            }))}
            value={filters.account}
            onChange={(account) => onChange({ account })}
          />
          <FilterMenu<Status>
            label="Status"
            options={statusWords.map(({ status, word, glyph }) => ({
              value: status,
              label: word,
              start: <StatusGlyph name={glyph} />,
              count: number(tally.statuses, status),
            }))}
            value={filters.status}
            onChange={(status) => onChange({ status })}
          />
        </div>
      )}
      {types.length > 1 && (
        <FilterMenu
          label="Type"
          options={types.map((type) => ({ value: type, label: type, count: number(tally.types, type) }))}
          value={filters.type}
          onChange={(type) => onChange({ type })}
        />
      )}
      {tags.length > 0 && (
        <FilterMenu
          label="Tag"
          options={tags.map((tag) => ({ value: tag, label: tag, count: number(tally.tags, tag) }))}
          value={filters.tag}
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
    </div>
  );
}

/** From the field to the rows: what was typed stays. */
function toRows(event: KeyboardEvent): void {
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
