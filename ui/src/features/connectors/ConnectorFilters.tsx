import { type Ref } from "react";
import { useAppearance } from "@/components/AppearanceContext";
import { Button } from "@/components/Button";
import { Chips } from "@/components/Chips";
import { isHosted, needsYou, statusWords } from "@/components/connectorStatus";
import { Field } from "@/components/Field";
import { FilterMenu } from "@/components/FilterMenu";
import { PlatformTile } from "@/components/PlatformTile";
import { StatusGlyph } from "@/components/StatusGlyph";
import { type Account, type Connector, type ConnectorGroup, type ConnectorSort, type Platform, type PlatformForm, type Status } from "@/host/bindings";
import { useChangePreferences } from "@/host/preferences";
import styles from "./Connectors.module.css";
import { type Chip, type Filters, passesChip } from "./groups";
import { tagsOf } from "./listView";
import { ViewMenu } from "./ViewMenu";

type Props = {
  connectors: Connector[];
  /** Whether these are all; nothing is counted before. */
  isWhole: boolean;
  accounts: Account[];
  platforms: PlatformForm[];
  filters: Filters;
  onChange: (changes: Partial<Filters>) => void;
  view: { group: ConnectorGroup; sort: ConnectorSort };
  onRegroup: () => void;
  ref?: Ref<HTMLInputElement>;
};

/** What narrows the list, and how it is arranged. */
export function ConnectorFilters({ connectors, isWhole, accounts, platforms, filters, onChange, view, onRegroup, ref }: Props) {
  const { compact } = useAppearance();
  const change = useChangePreferences();
  const hosted = accounts.some((account) => account.platform !== "local");
  const tags = tagsOf(connectors);
  const number = (passes: (connector: Connector) => boolean) => (isWhole ? connectors.filter(passes).length : undefined);
  return (
    <div className={styles.filters}>
      <Field ref={ref} label="Filter connectors" hideLabel icon="search" keys="/" soft placeholder="Filter" value={filters.text} onChange={(text) => onChange({ text })} />
      <Chips<Chip>
        label="Show"
        chips={[
          { value: "needs", label: "Needs you", count: number(needsYou), glyph: "signin" },
          ...(hosted
            ? [{ value: "hosted" as const, label: "Hosted", count: number(isHosted) }, { value: "local" as const, label: "This computer", count: number((one) => !isHosted(one)) }]
            : [{ value: "ready" as const, label: "Ready", count: number((one) => passesChip("ready", one)) }, { value: "off" as const, label: "Off", count: number((one) => passesChip("off", one)) }]),
        ]}
        value={filters.chip}
        onChange={(chip) => onChange({ chip })}
      />
      {hosted && (
        <div className={styles.menus}>
          <FilterMenu<Platform> label="Platform" options={platformOptions(accounts, platforms)} value={filters.platform} onChange={(platform) => onChange({ platform })} />
          <FilterMenu
            label="Account"
            options={accounts.map(({ id, label, platform, colour }) => ({ value: id, label, start: <PlatformTile platform={platform} colour={colour} />, count: number((one) => one.account === id) }))}
            value={filters.account}
            onChange={(account) => onChange({ account })}
          />
          <FilterMenu<Status>
            label="Status"
            options={statusWords.map(({ status, word, glyph }) => ({ value: status, label: word, start: <StatusGlyph name={glyph} />, count: number((one) => one.status.status === status) }))}
            value={filters.status}
            onChange={(status) => onChange({ status })}
          />
        </div>
      )}
      {tags.length > 0 && (
        <FilterMenu
          label="Tag"
          options={tags.map((tag) => ({ value: tag, label: tag, count: number((one) => one.tags.includes(tag)) }))}
          value={filters.tag}
          onChange={(tag) => onChange({ tag })}
        />
      )}
      <span className="grow" />
      <ViewMenu {...view} density={compact ? "compact" : "comfortable"} onChange={(changes) => change.mutate(changes)} />
      <Button look="quiet" icon="refresh-cw" label="Sort rows by their status of now" onPress={onRegroup} />
    </div>
  );
}

function platformOptions(accounts: Account[], platforms: PlatformForm[]) {
  return [...new Set(accounts.map((account) => account.platform))].map((platform) => ({
    value: platform,
    label: platform === "local" ? "This computer" : (platforms.find((one) => one.platform === platform)?.title ?? platform),
    start: <PlatformTile platform={platform} />,
  }));
}
