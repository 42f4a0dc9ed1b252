import { useQuery } from "@tanstack/react-query";
import { type CSSProperties, useMemo, useState } from "react";
import { type Connector, type RunId } from "@/host/bindings";
import { queries } from "@/host/queries";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { Splitter } from "@/components/Splitter";
import { groupTools } from "./toolGroups";
import { ToolRunner } from "./ToolRunner";
import { useFormShare } from "./useFormShare";
import { useToolsOf } from "./useToolsOf";
import styles from "./Workbench.module.css";
import { ToolList } from "./ToolList";

type Props = {
  connector: Connector;
  /** Name of the selected tool. */
  selected: string | null;
  onSelect: (name: string) => void;
  /** A run whose arguments initialize the form. */
  from?: RunId | null;
};

/** The tools of a connector, the form of the selected one, and its outcome, side by side. */
export function Workbench({ connector, selected, onSelect, from = null }: Props) {
  const { tools } = useToolsOf(connector.id);
  const isThere = (name: string | undefined) => tools?.some((tool) => tool.name === name) ?? false;
  // The first tool in display order. It stays when others come before it, because its form may be half filled in.
  const first = useMemo(() => groupTools(tools ?? [], "")[0]?.tools[0]?.name, [tools]);
  const [opened, setOpened] = useState(first);
  if (first !== undefined && !isThere(opened)) setOpened(first);
  const name = selected ?? opened;
  const isListed = isThere(name);
  const { data: tool, error, refetch } = useQuery({ ...queries.tool(connector.id, name ?? ""), enabled: isListed });
  const split = useFormShare();
  return (
    <div className={styles.frame}>
      <div className={styles.bench} data-split style={{ "--form-share": split.value / 100 } as CSSProperties}>
        <ToolList connector={connector} selected={name ?? null} onSelect={onSelect} />
        {isListed ? (
          <div className={styles.work}>
            {!tool && (
              <div className={styles.runner}>
                {error ? (
                  <ErrorNotice
                    className={styles.pad}
                    error={error}
                    connector={connector}
                    onRetry={() => void refetch()}
                  />
                ) : (
                  <Skeleton rows={5} label="Loading tool" />
                )}
              </div>
            )}
            {tool && (
              <ToolRunner
                key={`${connector.id} ${tool.name} ${from ?? ""}`}
                connector={connector}
                tool={tool}
                from={from}
              />
            )}
            {tool && <Splitter label="Width of the form" {...split} />}
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
