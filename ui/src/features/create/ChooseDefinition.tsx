import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Dialog } from "@/components/Dialog";
import { EmptyState } from "@/components/EmptyState";
import { Field } from "@/components/Field";
import { FilterMenu } from "@/components/FilterMenu";
import { NoMatches } from "@/components/NoMatches";
import { PlatformTile } from "@/components/PlatformTile";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Tag } from "@/components/Tag";
import { TwoLines } from "@/components/TwoLines";
import { VirtualList } from "@/components/VirtualList";
import { type Account, type Definition } from "@/host/bindings";
import { queries } from "@/host/queries";
import { bestMatches } from "@/lib/match";
import { count, joinTexts, shortAddress } from "@/lib/words";
import styles from "./Create.module.css";
import { Loading } from "./Loading";
import { compareText } from "@/lib/order";

type Props = { account: Account; onChoose: (definition: Definition) => void; onBack: () => void; onClose: () => void };

/** Selects one of the connector types that an account can create. */
export function ChooseDefinition({ account, onChoose, onBack, onClose }: Props) {
  const { data: definitions, error, refetch, isFetching } = useQuery(queries.definitions(account.id));
  return (
    <Dialog
      wide
      title={`Create connector on ${account.label}`}
      mark={<PlatformTile platform={account.platform} colour={account.colour} />}
      subtitle="Choose a type"
      onClose={onClose}
      footer={
        <>
          <span>{definitions ? count(definitions.length, "type") : ""}</span>
          <Button onPress={onBack}>Back</Button>
          <Button keys="Escape" onPress={onClose}>
            Cancel
          </Button>
        </>
      }
    >
      {error && !isFetching && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!definitions && isFetching && <Loading rows={6} label={`Loading types from ${account.label}`} />}
      {definitions?.length === 0 && (
        <EmptyState
          icon="library"
          title={`${account.label} can't create connectors`}
          action={<Button onPress={onBack}>Back</Button>}
        />
      )}
      {definitions && definitions.length > 0 && <Definitions definitions={definitions} onChoose={onChoose} />}
    </Dialog>
  );
}

function Definitions({ definitions, onChoose }: Pick<Props, "onChoose"> & { definitions: Definition[] }) {
  const [typed, setTyped] = useState("");
  const [category, setCategory] = useState<string | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const categories = useMemo(() => countsOf(definitions), [definitions]);
  const found = useMemo(() => {
    const ofCategory = definitions.filter((one) => category === null || one.category === category);
    return bestMatches(ofCategory, typed, (one) => [
      one.title,
      one.category ?? "",
      one.endpoint ?? "",
      one.description ?? "",
      one.id,
    ]);
  }, [definitions, typed, category]);

  return (
    <>
      <div className={styles.find}>
        <Field
          label="Search"
          hideLabel
          autoFocus
          soft
          icon="search"
          placeholder="Search by name, address or purpose"
          value={typed}
          onChange={setTyped}
          onKeyDown={(event) => {
            if (event.key === "Enter" && found[0]) {
              event.preventDefault();
              onChoose(found[0]);
            } else if (event.key === "ArrowDown") {
              event.preventDefault();
              list.current?.querySelector<HTMLElement>("[role=grid]")?.focus();
            }
            event.continuePropagation();
          }}
        />
        {categories.length > 1 && (
          <FilterMenu label="Category" options={categories} value={category} onChange={setCategory} />
        )}
      </div>
      {found.length === 0 ? (
        <NoMatches
          title="No matching types"
          onClear={() => {
            setTyped("");
            setCategory(null);
          }}
        />
      ) : (
        <div
          ref={list}
          className={styles.definitions}
          style={{ height: `${Math.min(24, definitions.length * 2.875 + 0.125)}rem` }}
        >
          <VirtualList
            label="Connector types"
            sections={[{ key: "all", rows: found }]}
            keyOf={keyOf}
            nameOf={nameOf}
            columnsClass={styles.columns}
            selected={selected}
            onSelect={setSelected}
            onOpen={onChoose}
            renderRow={(definition) => (
              <>
                <ConnectorMark size="small" title={definition.title} />
                <TwoLines first={<span className="medium">{definition.title}</span>} second={definition.description} />
                <span className={styles.facets}>
                  {definition.endpoint && (
                    <span className={`mono cut ${styles.address}`} title={definition.endpoint}>
                      {shortAddress(definition.endpoint)}
                    </span>
                  )}
                  {definition.category && <Tag>{definition.category}</Tag>}
                </span>
              </>
            )}
          />
        </div>
      )}
    </>
  );
}

const keyOf = (definition: Definition) => definition.id;

const nameOf = ({ title, category, description }: Definition) => joinTexts(", ", title, category, description);

function countsOf(definitions: Definition[]): { value: string; label: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { category } of definitions) if (category) counts.set(category, (counts.get(category) ?? 0) + 1);
  return [...counts]
    .map(([value, number]) => ({ value, label: value, count: number }))
    .sort((left, right) => compareText(left.label, right.label));
}
