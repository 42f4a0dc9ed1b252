import { type ReactNode } from "react";
import { commands, type Connector, type ToolRun } from "@/host/bindings";
import { call } from "@/host/call";
import { writeMarkedJson } from "@/lib/jsonText";
import { roundedNames } from "@/lib/redacted";
import { bytes, duration } from "@/lib/time";
import { Badge } from "../Badge";
import { Button } from "../Button";
import { useCopy } from "../CopyContext";
import { ResultViews } from "./ResultViews";
import { runStates } from "./runWords";
import { SaveParts } from "./SaveParts";
import { Timing } from "./Timing";
import styles from "./ToolResult.module.css";

type Props = {
  run: ToolRun;
  /** More actions, at the right of the header. */
  actions?: ReactNode;
  /** Runs it again, offered where the problem allows that. */
  onRetry?: () => void;
  /** Enables the button that fixes a problem. */
  connector?: Connector;
};

/** The result of a run: state, duration, size, views, and timing. */
export function ToolResult({ run, actions, onRetry, connector }: Props) {
  const copy = useCopy();
  const { glyph, word } = runStates[run.state];
  const hasCopy = run.result !== null || run.exchange?.response?.body != null;
  return (
    <section className={styles.result} aria-label="Result">
      <header className={styles.head}>
        <Badge glyph={glyph}>{word}</Badge>
        <span className="text2">
          {run.durationMs !== null && <span>{duration(run.durationMs)}</span>}
          {run.durationMs !== null && run.resultBytes !== null && <span className="text3"> · </span>}
          {run.resultBytes !== null && <span>{bytes(run.resultBytes)}</span>}
        </span>
        <span className="grow" />
        {/* The text is written when it is needed, because a result may be large. */}
        {hasCopy && (
          <Button small look="quiet" icon="copy" label="Copy result" onPress={() => copy(copied(run), "Result")} />
        )}
        {actions}
      </header>
      <SaveParts
        key={`files of ${run.id}`}
        parts={run.result?.content ?? []}
        save={(_, place) => call(commands.saveAttachment(run.id, place))}
      />
      <ResultViews key={run.id} run={run} onRetry={onRetry} connector={connector} />
      {run.timings && <Timing timings={run.timings} />}
    </section>
  );
}

/** The text to copy: the structured result, or the raw response if there is none, or if only that has exact numbers. */
function copied({ result, exchange }: ToolRun): string {
  const body = exchange?.response?.body ?? null;
  const structured = result?.structured ?? null;
  if (structured === null) return body ?? writeMarkedJson(result);
  return roundedNames(structured).length > 0 && body !== null ? body : writeMarkedJson(structured);
}
