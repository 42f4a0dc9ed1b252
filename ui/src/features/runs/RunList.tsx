import { useEffect, useMemo } from "react";
import { fixes, type ToolRunSummary } from "@/host/bindings";
import { Icon } from "@/components/Icon";
import { StatusGlyph } from "@/components/StatusGlyph";
import { originWord, runStates } from "@/components/ToolResult/runWords";
import { TwoLines } from "@/components/TwoLines";
import { VirtualList } from "@/components/VirtualList";
import { useNow } from "@/host/clock";
import { clockTime, duration, exactTime, startOfDay } from "@/lib/time";
import { joinTexts } from "@/lib/words";
import { runDays } from "./runDays";
import { identityText, measure } from "./runRow";
import styles from "./Runs.module.css";

type Props = {
  runs: ToolRunSummary[];
  selected: string | null;
  /** Runs marked for a comparison. */
  marked: ReadonlySet<string>;
  onSelect: (id: string) => void;
  onOpen: (id: string) => void;
  /** Called when the last row comes near the visible area. */
  onEnd: () => void;
  /** Whether all runs belong to one connector, which is then left out. */
  isOneConnector: boolean;
};

/** Runs grouped by day, newest first. */
export function RunList({ runs, selected, marked, onSelect, onOpen, onEnd, isOneConnector }: Props) {
  const today = startOfDay(useNow()).getTime();
  const sections = useMemo(
    () =>
      runDays(runs, new Date(today)).map(({ day, runs: rows }) => ({
        key: `${day} ${rows[0]?.id ?? ""}`,
        head: day,
        rows,
      })),
    [runs, today],
  );
  const last = runs.at(-1)?.id;
  return (
    <VirtualList<ToolRunSummary>
      label="Runs"
      sections={sections}
      keyOf={(run) => run.id}
      nameOf={(run) =>
        joinTexts(
          ", ",
          run.tool,
          run.label?.name,
          run.label?.pinned && "pinned",
          marked.has(run.id) && "selected to compare",
          runStates[run.state].word,
          run.connectorTitle,
          identityText(run),
          originWord(run.origin),
          run.durationMs !== null && duration(run.durationMs),
          exactTime(run.startedAt),
          run.argumentsLine,
        )
      }
      renderRow={(run) => (
        <>
          {marked.has(run.id) ? (
            <span className={styles.mark}>
              <Icon name="git-compare" size={14} />
            </span>
          ) : (
            <StatusGlyph name={glyphOf(run)} />
          )}
          <TwoLines first={<Called run={run} />} second={<Owner run={run} named={!isOneConnector} />} />
          <span className={styles.figures} title={exactTime(run.startedAt)}>
            <span className="text2 small">{measure(run)}</span>
            <span className="text3 small">{clockTime(new Date(run.startedAt))}</span>
            {run.id === last && <End key={run.id} onSeen={onEnd} />}
          </span>
        </>
      )}
      columnsClass={styles.columns}
      selected={selected}
      onSelect={onSelect}
      onOpen={(run) => onOpen(run.id)}
      hasMenu
      autoFocus={!isOneConnector}
    />
  );
}

/** The tool, or the name that the user gave the run; with a pin. */
function Called({ run }: { run: ToolRunSummary }) {
  const tool = <span className="mono medium">{run.tool}</span>;
  if (!run.label) return tool;
  const { name, pinned } = run.label;
  return (
    <span className={styles.toolName}>
      {pinned && (
        <span className={styles.pinned}>
          <Icon name="pin" size={12} />
        </span>
      )}
      {name === null ? tool : <span className="medium cut">{name}</span>}
    </span>
  );
}

/** Arguments, connector, identity and origin of a run, in full in the tooltip. */
function Owner({ run, named }: { run: ToolRunSummary; named: boolean }) {
  const words = joinTexts(
    " · ",
    run.label?.name != null && run.tool,
    run.argumentsLine,
    named && run.connectorTitle,
    identityText(run) !== run.connectorTitle && identityText(run),
    originWord(run.origin),
  );
  return <span title={words}>{words}</span>;
}

/** Reports that the last row is rendered. */
function End({ onSeen }: { onSeen: () => void }) {
  useEffect(() => onSeen());
  return null;
}

/** The icon of a run's state, or that of a needed sign-in. */
function glyphOf(run: ToolRunSummary) {
  const needsSignIn = run.problem && fixes[run.problem.code] === "reauth";
  return needsSignIn ? ("signin" as const) : runStates[run.state].glyph;
}
