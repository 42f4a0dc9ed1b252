import { type ReactNode } from "react";
import { ButtonList } from "@/components/ButtonList";
import { FilterField } from "@/components/FilterField";
import { NoMatches } from "@/components/NoMatches";
import { TwoLines } from "@/components/TwoLines";
import { type ConnectorId } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { uniqueKeys } from "@/lib/uniqueKeys";
import { count } from "@/lib/words";
import styles from "./Offered.module.css";

/** A prompt or resource of a server. */
export type Offered = { key: string; title: string; detail: string };

type Props = {
  connector: ConnectorId;
  label: string;
  offered: Offered[];
  selected: string | null;
  onSelect: (key: string) => void;
};

/** Number of entries that are rendered; the filter finds the others. */
const maxEntries = 200;

export function OfferedList({ connector, label, offered, selected, onSelect }: Props): ReactNode {
  const all = label.toLowerCase();
  const [filter, setFilter] = useClientState(stateKey("", "filter", all, connector));
  const typed = filter.trim().toLowerCase();
  const found = offered.filter((one) => `${one.title} ${one.detail}`.toLowerCase().includes(typed));
  const more = found.length - maxEntries;
  return (
    <div className={styles.side}>
      <FilterField label={`Filter ${all}`} value={filter} onChange={setFilter} />
      {found.length === 0 && <NoMatches title={`No matching ${all}`} onClear={() => setFilter("")} />}
      <ButtonList label={label} className={styles.list}>
        {/* A server may list one twice. */}
        {uniqueKeys(found.slice(0, maxEntries), (one) => one.key).map(([key, one]) => (
          <li key={key}>
            <button
              type="button"
              className={styles.entry}
              aria-current={one.key === selected || undefined}
              onClick={() => onSelect(one.key)}
            >
              <TwoLines
                first={<span className="medium cut">{one.title}</span>}
                second={<span title={one.detail}>{one.detail}</span>}
              />
            </button>
          </li>
        ))}
      </ButtonList>
      {more > 0 && <p className="text3 small">{`${count(more, "more entry", "more entries")}. Filter to see them.`}</p>}
    </div>
  );
}
