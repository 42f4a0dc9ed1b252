import { type ReactNode } from "react";
import { commands, type Connector, type ToolRun } from "@/host/bindings";
import { call } from "@/host/call";
import { writeJson } from "@/lib/jsonText";
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
  /** More that can be done with the result, at the right of its head. */
  actions?: ReactNode;
  /** Makes a further try where the problem allows one. */
  onRetry?: () => void;
  /** On which it ran: brings the button that helps with a problem. */
  connector?: Connector;
};

/** How a run ended: word, time and size, the answer in four views, and where the time went. */
export function ToolResult({ run, actions, onRetry, connector }: Props) {
  const copy = useCopy();
  const { glyph, word } = runStates[run.state];
  const answer = copied(run);
  return (
    <section className={styles.result} aria-label="Result">
      <header className={styles.head}>
        <Badge glyph={glyph}>{word}</Badge>
        {run.durationMs !== null && <span className="text2">{duration(run.durationMs)}</span>}
        {run.resultBytes !== null && (
          <span className="text2">
            <span className="text3">· </span>
            {bytes(run.resultBytes)}
          </span>
        )}
        <span className="grow" />
        {answer !== null && (
          <Button small look="quiet" icon="copy" label="Copy result" onPress={() => copy(answer, "Result")} />
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

/** What is copied of a result: its data, else the response as it came. */
function copied({ result, exchange }: ToolRun): string | null {
  if (result?.structured != null) return writeJson(result.structured);
  return exchange?.response?.body ?? (result && writeJson(result));
}
