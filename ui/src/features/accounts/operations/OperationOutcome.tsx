import { Fragment } from "react";
import { Advanced } from "@/components/Advanced";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { EmptyState } from "@/components/EmptyState";
import { JsonView } from "@/components/JsonView/JsonView";
import { Notice, ProblemNotice } from "@/components/ProblemNotice";
import { Seconds } from "@/components/Seconds";
import { type OperationInfo, type Problem } from "@/host/bindings";
import { writeMarkedJson } from "@/lib/jsonText";
import { bytes, duration } from "@/lib/time";
import styles from "./Operations.module.css";
import { type Outcome } from "./useCall";

type Props = {
  operation: OperationInfo;
  outcome: Outcome;
  onStopWaiting: () => void;
  /** The problem without the parts that are shown at fields. */
  beyondFields: (problem: Problem) => Problem;
};

/** The outcome of the last call. */
export function OperationOutcome({ operation, outcome, onStopWaiting, beyondFields }: Props) {
  const copy = useCopy();
  switch (outcome.kind) {
    case "idle":
      return (
        <div className={styles.outcome}>
          <EmptyState icon="play" title="Not called yet">
            The response appears here.
          </EmptyState>
        </div>
      );
    case "running":
      return (
        <div className={styles.outcome}>
          <section className={styles.answerHead} aria-label="Calling">
            <Badge glyph="authorizing">Running</Badge>
            <span className="text2" aria-hidden="true">
              <Seconds since={outcome.since} />
            </span>
            <span className="grow" />
            <Button small onPress={onStopWaiting}>
              Stop
            </Button>
          </section>
        </div>
      );
    case "left":
      return (
        <div className={styles.outcome}>
          <div className={styles.notice}>
            <Notice glyph="disabled" title="Stopped waiting">
              The call was sent and may have taken effect.
            </Notice>
          </div>
        </div>
      );
    case "failed":
      return (
        <div className={styles.outcome}>
          <div className={styles.answerHead}>
            <Badge glyph="failing">Failed</Badge>
            <span className="text2">{duration(outcome.took)}</span>
          </div>
          <div className={styles.notice}>
            <ProblemNotice problem={beyondFields(outcome.problem)} />
          </div>
        </div>
      );
    case "answered": {
      const { status, headers, data } = outcome.response;
      const text = writeMarkedJson(data);
      const sent = Object.entries(headers);
      return (
        <div className={styles.outcome}>
          <div className={styles.answerHead}>
            <Badge glyph="ready">Done</Badge>
            <span className="text2">
              {[status && `HTTP ${status}`, duration(outcome.took), bytes(new Blob([text]).size)]
                .filter(Boolean)
                .join(" · ")}
            </span>
            <span className="grow" />
            <Button small look="quiet" icon="copy" onPress={() => copy(text, "Response")}>
              Copy
            </Button>
          </div>
          {sent.length > 0 && (
            <div className={styles.sent}>
              <Advanced label={`Response headers (${sent.length})`}>
                <dl className={styles.headers} data-selectable>
                  {sent.map(([name, value]) => (
                    <Fragment key={name}>
                      <dt>{name}</dt>
                      <dd>{value}</dd>
                    </Fragment>
                  ))}
                </dl>
              </Advanced>
            </div>
          )}
          {data === null ? (
            <p className={styles.none}>Done. Empty response.</p>
          ) : (
            <JsonView label={`Response of ${operation.name}`} value={data} />
          )}
        </div>
      );
    }
  }
}
