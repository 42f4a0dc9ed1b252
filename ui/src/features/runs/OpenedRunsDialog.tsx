import { useState } from "react";
import { type RunsFile, type ToolRun } from "@/host/bindings";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Notice } from "@/components/ProblemNotice";
import { StatusGlyph } from "@/components/StatusGlyph";
import { ResultViews } from "@/components/ToolResult/ResultViews";
import { runStates } from "@/components/ToolResult/runWords";
import { Timing } from "@/components/ToolResult/Timing";
import { TwoLines } from "@/components/TwoLines";
import { VirtualList } from "@/components/VirtualList";
import { exactTime } from "@/lib/time";
import { joinTexts } from "@/lib/words";
import { RunFacts, RunTitle } from "./RunHead";
import { RunQuestions } from "./RunQuestions";
import { identityText, measure } from "./runRow";
import styles from "./Runs.module.css";

/** Ids in the file may be duplicates, so rows are identified by position. */
type Row = { place: string; run: ToolRun };

type Props = { file: RunsFile; onClose: () => void };

/** The runs of an exported file, read-only: their ids are unknown here. */
export function OpenedRunsDialog({ file, onClose }: Props) {
  const rows = file.runs.map((run, place): Row => ({ place: String(place), run }));
  const only = rows.length === 1 ? rows[0] : undefined;
  const [selected, setSelected] = useState<string | null>(rows[0]?.place ?? null);
  const [opened, setOpened] = useState<Row | null>(null);
  const shown = only ?? opened;
  return (
    <Dialog title="Exported runs" wide onClose={onClose}>
      <Notice glyph="changed" title={`From ${file.name}. Not in your history.`} />
      <div className={styles.opened}>
        {shown ? (
          <OpenedRun key={shown.place} run={shown.run} onBack={only ? null : () => setOpened(null)} />
        ) : (
          <VirtualList<Row>
            label="Exported runs"
            sections={[{ key: "all", rows }]}
            keyOf={(row) => row.place}
            nameOf={nameOf}
            renderRow={({ run }) => (
              <>
                <StatusGlyph name={runStates[run.state].glyph} />
                <TwoLines
                  first={<span className="mono medium">{run.tool}</span>}
                  second={<span title={secondLine(run)}>{secondLine(run)}</span>}
                />
                <span className={styles.figures}>
                  <span className="text2 small">{measure(run)}</span>
                  <span className="text3 small">{exactTime(run.startedAt)}</span>
                </span>
              </>
            )}
            columnsClass={styles.columns}
            selected={selected}
            onSelect={setSelected}
            onOpen={setOpened}
            autoFocus
          />
        )}
      </div>
    </Dialog>
  );
}

function OpenedRun({ run, onBack }: { run: ToolRun; onBack: (() => void) | null }) {
  return (
    <article className={styles.detail} aria-label={`Run of ${run.tool}`}>
      <header className={styles.head}>
        <div className={styles.title}>
          <RunTitle run={run} />
          {onBack && (
            <div className={styles.buttons}>
              <Button autoFocus onPress={onBack}>
                Back
              </Button>
            </div>
          )}
        </div>
        <RunFacts run={run} isForeign />
      </header>
      <ResultViews run={run} withArguments isForeign />
      {Boolean(run.questions?.length) && <RunQuestions questions={run.questions ?? []} />}
      {run.timings && <Timing timings={run.timings} />}
    </article>
  );
}

function nameOf({ run }: Row): string {
  return joinTexts(
    ", ",
    run.tool,
    run.label?.name,
    runStates[run.state].word,
    run.connectorTitle,
    exactTime(run.startedAt),
  );
}

function secondLine(run: ToolRun): string {
  return joinTexts(" · ", run.label?.name, run.argumentsLine, run.connectorTitle, identityText(run));
}
