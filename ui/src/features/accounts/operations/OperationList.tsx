import { FilterField } from "@/components/FilterField";
import { NoMatches } from "@/components/NoMatches";
import { VirtualList } from "@/components/VirtualList";
import { type AccountId, type OperationInfo } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { EffectTag } from "./EffectTag";
import { effects, matches } from "./operationEffects";
import styles from "./Operations.module.css";

type Props = {
  account: AccountId;
  operations: OperationInfo[];
  title: string;
  selected: string | null;
  onSelect: (name: string) => void;
};

const rowHeight: [number, number] = [1.875, 1.625];

/** The operations of a platform, in the order of its documentation, with a filter. */
export function OperationList({ account, operations, title, selected, onSelect }: Props) {
  const [filter, setFilter] = useClientState(stateKey("", "operations-filter", account));
  const found = operations.filter((operation) => matches(operation, filter));
  const [first] = found;
  return (
    <div className={styles.list}>
      <div className={styles.find}>
        <FilterField
          label="Find an operation"
          inBar="Find an operation"
          type="search"
          placeholder="Find an operation"
          value={filter}
          onChange={setFilter}
          onEnter={() => first && onSelect(first.name)}
          clearsOnEscape
        />
      </div>
      {found.length === 0 ? (
        <NoMatches title="No matching operations" onClear={() => setFilter("")} />
      ) : (
        <VirtualList<OperationInfo>
          label={`Operations of ${title}`}
          sections={[{ key: "all", rows: found }]}
          keyOf={(operation) => operation.name}
          nameOf={({ name, effect, summary }) => `${name}, ${effects[effect].tag}, ${summary}`}
          renderRow={({ name, effect, summary }, isSelected) => (
            <>
              <span className={isSelected ? "mono cut medium" : "mono cut"} title={summary}>
                {name}
              </span>
              <EffectTag effect={effect} />
            </>
          )}
          columns="minmax(0, 1fr) auto"
          selected={selected}
          onSelect={onSelect}
          onOpen={(operation) => onSelect(operation.name)}
          rowHeight={rowHeight}
        />
      )}
    </div>
  );
}
