import { type CaptureLevel, type ToolRun } from "@/host/bindings";
import { Badge } from "@/components/Badge";
import { Icon } from "@/components/Icon";
import { IdentityLine } from "@/components/IdentityLine";
import { originWords, runStates } from "@/components/ToolResult/runWords";
import { useNow } from "@/host/clock";
import { ago, bytes, duration, exactTime } from "@/lib/time";
import { joinTexts } from "@/lib/words";
import styles from "./Runs.module.css";

const captureWords: Record<Exclude<CaptureLevel, "full">, string> = {
  redacted: "Kept without values",
  metadata: "Only metadata was kept",
};

/** Title, label, state and size of a run. */
export function RunTitle({ run }: { run: ToolRun }) {
  const { label } = run;
  const { glyph, word } = runStates[run.state];
  return (
    <>
      <h2 className={styles.tool} data-selectable>
        {run.tool}
      </h2>
      {label?.name && (
        <span className={styles.name} data-selectable>
          {label.name}
        </span>
      )}
      {label?.pinned && (
        <span className={styles.pinned}>
          <Icon name="pin" size={14} />
          Pinned
        </span>
      )}
      <Badge glyph={glyph} pill>
        {word}
      </Badge>
      <span className={styles.measure}>
        {joinTexts(
          " · ",
          run.durationMs !== null && duration(run.durationMs),
          run.resultBytes !== null && bytes(run.resultBytes),
        )}
      </span>
    </>
  );
}

type Props = {
  run: ToolRun;
  /** Whether the run comes from a file: its window's user is unknown. */
  isForeign?: boolean;
};

/** Where, when and by whom a run was started, and its note. */
export function RunFacts({ run, isForeign = false }: Props) {
  const now = useNow();
  const { label } = run;
  return (
    <>
      <div className={styles.who}>
        <span className="cut">{run.connectorTitle}</span>
        <span className="text3" aria-hidden="true">
          ·
        </span>
        <IdentityLine identity={run.identity} />
        {(!isForeign || run.origin.kind !== "window") && (
          <span className="cut">
            <span className="text3" aria-hidden="true">
              ·{" "}
            </span>
            {originWords(run.origin)}
          </span>
        )}
        <span className="cut" title={exactTime(run.startedAt)}>
          <span className="text3" aria-hidden="true">
            ·{" "}
          </span>
          {ago(run.startedAt, now)}
        </span>
      </div>
      {run.capture && run.capture !== "full" && <p className="text3 small">{captureWords[run.capture]}</p>}
      {label?.note && (
        <p className={styles.note} data-selectable>
          {label.note}
        </p>
      )}
    </>
  );
}
