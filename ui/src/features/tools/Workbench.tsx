import { useMemo } from "react";
import { type Connector, type RunId } from "@/host/bindings";
import { EmptyState } from "@/components/EmptyState";
import { groupTools, listed } from "./toolGroups";
import { ToolRunner } from "./ToolRunner";
import { useToolsOf } from "./useToolsOf";
import styles from "./Workbench.module.css";
import { ToolList } from "./ToolList";

type Props = {
  connector: Connector;
  /** Name of the tool at hand; `null` for none yet. */
  selected: string | null;
  onSelect: (name: string) => void;
  /** A run whose arguments the form begins with. */
  from?: RunId | null;
};

/** Tools of a connector, the form of one of them, and what came of it, side by side. */
export function Workbench({ connector, selected, onSelect, from = null }: Props) {
  const { tools } = useToolsOf(connector.id);
  const shown = useMemo(() => {
    const all = listed(tools ?? []);
    // The first of the list as it is shown, not as the server sends it.
    return (
      all.find((row) => row.key === selected) ?? (selected === null ? groupTools(all, "")[0]?.tools[0] : undefined)
    );
  }, [tools, selected]);
  return (
    <div className={styles.frame}>
      <div className={styles.bench}>
        <ToolList connector={connector} selected={shown?.key ?? selected} onSelect={onSelect} />
        {shown ? (
          <div className={styles.work}>
            <ToolRunner
              key={`${connector.id} ${shown.key} ${from ?? ""}`}
              connector={connector}
              tool={shown.tool}
              from={from}
            />
          </div>
        ) : (
          <div className={styles.nothing}>
            {tools && tools.length > 0 && selected !== null && (
              <EmptyState icon="wrench" title={`${selected} is no longer available`}>
                Choose another tool.
              </EmptyState>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
