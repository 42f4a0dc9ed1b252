import { type UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { useScrollRegion } from "@/components/useScrollRegion";
import { type Connector } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import styles from "./Offered.module.css";
import { type Offered, OfferedList } from "./OfferedList";

type Props<T> = {
  connector: Connector;
  query: UseQueryResult<T[]>;
  words: { one: string; all: string };
  asOffered: (one: T) => Offered;
  /** Shown while none is selected. */
  hint: string;
  children: (chosen: T) => ReactNode;
};

/** The prompts or resources of a server: a list, and the selected one. */
export function OfferedPane<T>({ connector, query, words, asOffered, hint, children }: Props<T>): ReactNode {
  const { data, error, refetch } = query;
  const all = words.all.toLowerCase();
  const [selected, setSelected] = useClientState(stateKey<string | null>(null, "selected", all, connector.id));
  const failed = (
    <ErrorNotice className={styles.notice} error={error} connector={connector} onRetry={() => void refetch()} />
  );
  if (error && !data) return failed;
  if (!data) return <Skeleton rows={5} label={`Loading ${all}`} />;
  if (data.length === 0) return <EmptyState icon="folder" title={`This server offers no ${all}`} />;
  const offered = data.map(asOffered);
  const chosen = data[offered.findIndex(({ key }) => key === selected)];
  return (
    <>
      {failed}
      <div className={styles.pane}>
        <OfferedList
          connector={connector.id}
          label={words.all}
          offered={offered}
          selected={selected}
          onSelect={setSelected}
        />
        {/* A new one begins at its top. */}
        <Shown key={selected} label={words.one} isChosen={chosen !== undefined}>
          {chosen === undefined ? <p className="text2">{hint}</p> : children(chosen)}
        </Shown>
      </div>
    </>
  );
}

function Shown({ label, isChosen, children }: { label: string; isChosen: boolean; children: ReactNode }) {
  const region = useScrollRegion<HTMLElement>();
  useEffect(() => {
    // In a small window it is below the list.
    if (isChosen) region.ref.current?.scrollIntoView?.({ block: "nearest" });
  }, [isChosen, region.ref]);
  return (
    <section {...region} className={styles.shown} aria-label={label}>
      {children}
    </section>
  );
}
