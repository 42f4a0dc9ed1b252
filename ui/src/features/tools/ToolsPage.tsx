import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { type Connector, type ToolSummary } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { queries } from "@/host/queries";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { EmptyState } from "@/components/EmptyState";
import { FilterField } from "@/components/FilterField";
import { IdentityLine } from "@/components/IdentityLine";
import { NoMatches } from "@/components/NoMatches";
import { ErrorNotice } from "@/components/ProblemNotice";
import { StatusFacts } from "@/components/StatusBar";
import { Skeleton } from "@/components/Skeleton";
import { Toolbar } from "@/components/Toolbar";
import { VirtualList } from "@/components/VirtualList";
import { hasWords, splitWords } from "@/lib/match";
import { count, grouped, joinTexts } from "@/lib/words";
import { ToolEffectTag } from "./ToolEffectTag";
import { effects, ownTitle, searchText } from "./toolGroups";
import styles from "./ToolsPage.module.css";
import { useToolKeys } from "./useToolKeys";

/** A tool with its list key and the text that filters search. */
type Row = ToolSummary & { key: string; text: string };
type Group = { connector: Connector; rows: Row[] };

const rowHeight: [number, number] = [2.125, 1.75];

// Kept while a tool's page is open.
const filterKey = stateKey("", "tools-filter");
const selectedKey = stateKey<string | null>(null, "selected-tool");

export function ToolsPage() {
  const navigate = useNavigate();
  const tools = useQuery(queries.tools(null));
  const connectors = useQuery(queries.connectors());
  const [filter, setFilter] = useClientState(filterKey);
  const [selected, setSelected] = useClientState(selectedKey);
  const all = useMemo(() => byConnector(connectors.data ?? [], tools.data ?? []), [connectors.data, tools.data]);
  const groups = useMemo(() => narrow(all, filter), [all, filter]);
  const total = tools.data?.length ?? 0;
  const shown = groups.reduce((sum, group) => sum + group.rows.length, 0);
  const open = ({ connector, name }: Row) =>
    void navigate({ to: "/tools/$connector/$tool", params: { connector, tool: name }, search: {} });
  const first = groups[0]?.rows[0];
  useToolKeys(groups.flatMap((group) => group.rows).find((row) => row.key === selected));

  const body = (): ReactNode => {
    const error = tools.error ?? connectors.error;
    if (error) {
      const retry = () => void Promise.all([tools.refetch(), connectors.refetch()]);
      return <ErrorNotice className={styles.notice} error={error} onRetry={retry} />;
    }
    if (tools.isPending || connectors.isPending) return <Skeleton rows={12} oneLine label="Loading tools" />;
    if (total === 0) {
      return (
        <EmptyState
          icon="wrench"
          title="No tools yet"
          action={<Button onPress={() => void navigate({ to: "/connectors" })}>Go to connectors</Button>}
        >
          Connect a connector, and its tools appear here.
        </EmptyState>
      );
    }
    if (shown === 0) return <NoMatches title="No matching tools" onClear={() => setFilter("")} />;
    return (
      <VirtualList<Row>
        label="Tools"
        sections={groups.map(({ connector, rows }) => ({
          key: connector.id,
          head: (
            <>
              <ConnectorMark title={connector.title} of={connector} size="small" />
              {connector.title}
              <span className="text3">{grouped(rows.length)}</span>
              <span className={`grow cut ${styles.identity ?? ""}`}>
                <IdentityLine identity={connector.identity} />
              </span>
            </>
          ),
          rows,
        }))}
        keyOf={(row) => row.key}
        hasMenu
        nameOf={(tool) => joinTexts(", ", tool.name, effects[tool.effect].tag, ownTitle(tool), tool.description)}
        renderRow={(tool) => (
          <>
            <span className="mono medium cut">{tool.name}</span>
            <span className="text2 cut" title={tool.description ?? undefined}>
              <ToolWords tool={tool} />
            </span>
            <span className={styles.effect}>
              <ToolEffectTag effect={tool.effect} />
            </span>
          </>
        )}
        columnsClass={styles.columns}
        selected={selected}
        onSelect={setSelected}
        onOpen={open}
        rowHeight={rowHeight}
        autoFocus
      />
    );
  };

  return (
    <div className={styles.page}>
      <Toolbar title="Tools" count={tools.data?.length} />
      {total > 0 && (
        <div className={styles.find}>
          <FilterField
            label="Find a tool"
            type="search"
            clearsOnEscape
            placeholder="Search tools and connectors"
            value={filter}
            onChange={setFilter}
            onEnter={() => first && open(first)}
            inBar="Find a tool"
          />
        </div>
      )}
      {body()}
      <StatusFacts>
        {tools.data && (
          <span>{filter === "" ? count(total, "tool") : `${grouped(shown)} of ${count(total, "tool")} shown`}</span>
        )}
      </StatusFacts>
    </div>
  );
}

function ToolWords({ tool }: { tool: ToolSummary }) {
  const title = ownTitle(tool);
  return (
    <>
      {title && <span className={styles.title}>{title}</span>}
      {title && tool.description && (
        <span className="text3" aria-hidden="true">
          {" "}
          ·{" "}
        </span>
      )}
      {tool.description}
    </>
  );
}

function byConnector(connectors: readonly Connector[], tools: readonly ToolSummary[]): Group[] {
  const byId = new Map<string, ToolSummary[]>();
  for (const tool of tools) {
    const others = byId.get(tool.connector);
    if (others) others.push(tool);
    else byId.set(tool.connector, [tool]);
  }
  return connectors.map((connector) => ({
    connector,
    rows: (byId.get(connector.id) ?? []).map((tool) => ({
      ...tool,
      key: `${connector.id} ${tool.name}`,
      text: searchText(tool, `${connector.title} ${connector.name}`),
    })),
  }));
}

/** Filters the rows, and drops connectors without any. */
function narrow(groups: readonly Group[], filter: string): Group[] {
  const words = splitWords(filter);
  return groups
    .map(({ connector, rows }) => ({ connector, rows: rows.filter(({ text }) => hasWords(text, words)) }))
    .filter(({ rows }) => rows.length > 0);
}
