import { useQuery } from "@tanstack/react-query";
import { type RunId } from "@/host/bindings";
import { queries } from "@/host/queries";
import { Badge } from "@/components/Badge";
import { Dialog } from "@/components/Dialog";
import { ErrorNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { Skeleton } from "@/components/Skeleton";
import { ResultViews } from "@/components/ToolResult/ResultViews";
import { runStates } from "@/components/ToolResult/runWords";
import { useNow } from "@/host/clock";
import { ago, duration } from "@/lib/time";
import { joinTexts } from "@/lib/words";
import styles from "./Runs.module.css";

type Props = { id: RunId; onClose: () => void };

/** A preview of a run over the list. */
export function PeekRun({ id, onClose }: Props) {
  const now = useNow();
  const { data: run, error } = useQuery(queries.run(id));
  return (
    <Dialog
      title={run?.tool ?? "Run"}
      wide
      onClose={onClose}
      subtitle={
        run && (
          <span className="line">
            <Badge glyph={runStates[run.state].glyph}>{runStates[run.state].word}</Badge>
            <span className="cut">
              {joinTexts(
                " · ",
                run.connectorTitle,
                run.durationMs !== null && duration(run.durationMs),
                ago(run.startedAt, now),
              )}
            </span>
          </span>
        )
      }
    >
      <Keys onClose={onClose} />
      <ErrorNotice error={error} />
      {!run && !error && <Skeleton rows={4} label="Loading run" />}
      {run && (
        <div className={styles.peek}>
          <ResultViews key={run.id} run={run} withArguments />
        </div>
      )}
    </Dialog>
  );
}

/** Space, which opened the preview, closes it too. */
function Keys({ onClose }: { onClose: () => void }) {
  useShortcut({ keys: "Space", label: "Close", run: onClose });
  return null;
}
