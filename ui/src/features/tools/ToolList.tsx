import { type ReactNode, useMemo } from "react";
import { type Connector, type ToolSummary } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { FilterField } from "@/components/FilterField";
import { Icon } from "@/components/Icon";
import { NoMatches } from "@/components/NoMatches";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { StatusGlyph } from "@/components/StatusGlyph";
import { VirtualList } from "@/components/VirtualList";
import { grouped, sentence } from "@/lib/words";
import { effects, groupTools } from "./toolGroups";
import { useOutcome } from "./useOutcome";
import { useToolKeys } from "./useToolKeys";
import { useToolsOf } from "./useToolsOf";
import styles from "./Workbench.module.css";

type Props = { connector: Connector; selected: string | null; onSelect: (name: string) => void };

const rowHeight: [number, number] = [1.875, 1.625];

/** The tools of a connector by effect, with a filter. */
export function ToolList({ connector, selected, onSelect }: Props) {
  const { tools, isPending, error, refresh, isRefreshing } = useToolsOf(connector.id);
  const [filter, setFilter] = useClientState(stateKey("", "tools-filter", connector.id));
  const all = useMemo(() => tools ?? [], [tools]);
  const sections = useMemo(
    () =>
      groupTools(all, filter).map((group) => ({
        key: group.effect,
        head: (
          <>
            {group.effect === "destructive" && <Icon name="octagon-alert" size={12} />}
            {effects[group.effect].group}
            <span className="text3">{grouped(group.tools.length)}</span>
          </>
        ),
        rows: group.tools,
      })),
    [all, filter],
  );
  const first = sections[0]?.rows[0];
  useToolKeys(all.find((tool) => tool.name === selected));

  const body = (): ReactNode => {
    if (isPending) return <Skeleton rows={8} oneLine label="Loading tools" />;
    if (all.length === 0) {
      return (
        <div className={styles.pad}>
          {error ? (
            <ErrorNotice error={error} connector={connector} onRetry={refresh} />
          ) : (
            <EmptyState
              icon="wrench"
              title="No tools"
              action={
                <Button small icon="refresh-cw" isPending={isRefreshing} onPress={refresh}>
                  Load tools
                </Button>
              }
            >
              {connector.status.reason ? sentence(connector.status.reason) : "No tools offered, or not loaded yet."}
            </EmptyState>
          )}
        </div>
      );
    }
    if (sections.length === 0) return <NoMatches title="No matching tools" onClear={() => setFilter("")} />;
    return (
      <VirtualList<ToolSummary>
        label={`Tools of ${connector.title}`}
        sections={sections}
        keyOf={(tool) => tool.name}
        nameOf={(tool) =>
          `${tool.name}, ${effects[tool.effect].tag}${lacksAccess(connector, tool) ? ", needs more access" : ""}`
        }
        renderRow={(tool, isSelected) => <ToolName connector={connector} tool={tool} isSelected={isSelected} />}
        columns="minmax(0, 1fr)"
        selected={selected}
        onSelect={onSelect}
        onOpen={(tool) => onSelect(tool.name)}
        hasMenu
        rowHeight={rowHeight}
      />
    );
  };

  return (
    <nav className={styles.list} aria-label="Tools">
      <div className={styles.find}>
        <FilterField
          label="Find a tool"
          type="search"
          clearsOnEscape
          placeholder="Find a tool"
          value={filter}
          onChange={setFilter}
          onEnter={() => first && onSelect(first.name)}
        />
        <Button small look="quiet" icon="refresh-cw" label="Refresh tools" isPending={isRefreshing} onPress={refresh} />
      </div>
      {all.length > 0 && <ErrorNotice className={styles.pad} error={error} connector={connector} onRetry={refresh} />}
      {body()}
    </nav>
  );
}

/** Whether the last run was rejected because the sign-in lacks a permission. */
const lacksAccess = (connector: Connector, tool: ToolSummary) =>
  connector.toolsLackingAccess?.includes(tool.name) ?? false;

type ToolNameProps = { connector: Connector; tool: ToolSummary; isSelected: boolean };

/** The name of a tool, with an icon while it runs or if it lacks access. */
function ToolName({ connector, tool, isSelected }: ToolNameProps) {
  const { outcome } = useOutcome(connector.id, tool.name);
  return (
    <span className={styles.toolName}>
      <span className={isSelected ? "mono cut medium" : "mono cut"} title={tool.title ?? tool.name}>
        {tool.name}
      </span>
      {outcome.kind === "running" && (
        <>
          <StatusGlyph name="authorizing" />
          <span className="unseen">Running</span>
        </>
      )}
      {outcome.kind !== "running" && lacksAccess(connector, tool) && (
        <span title="Needs more access">
          <StatusGlyph name="signin" />
        </span>
      )}
    </span>
  );
}
