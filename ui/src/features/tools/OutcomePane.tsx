import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ProgressBar } from "react-aria-components";
import { type Connector, type DryRun, type Problem, type Tool } from "@/host/bindings";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { useCopy } from "@/components/CopyContext";
import { IdentityLine } from "@/components/IdentityLine";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Request } from "@/components/ToolResult/OnTheWire";
import { ToolResult } from "@/components/ToolResult/ToolResult";
import { queries } from "@/host/queries";
import { duration } from "@/lib/time";
import { joinTexts } from "@/lib/words";
import { CompareButton } from "./CompareButton";
import { type Outcome, useOutcome } from "./useOutcome";
import styles from "./Workbench.module.css";

type Props = {
  connector: Connector;
  tool: Tool;
  /** Loads the next page; `null` if there is none. */
  onNextPage: (() => void) | null;
  /** Runs again with the form's values. */
  onRetry: () => void;
  /** The problem without the parts that are shown at fields. */
  beyondFields: (problem: Problem) => Problem;
};

/** The outcome of the last run or dry run. */
export function OutcomePane({ connector, tool, onNextPage, onRetry, beyondFields }: Props) {
  const { outcome, clear } = useOutcome(connector.id, tool.name);
  const pane = useRef<HTMLDivElement>(null);
  // An attempt that only asks for a confirmation never starts.
  const shown = outcome.kind === "running" && outcome.run === null ? "idle" : outcome.kind;
  const before = useRef(shown);
  useEffect(() => {
    // Below a long form, the result would be out of view. Beside it, this does not scroll.
    if (before.current !== shown && shown !== "idle" && shown !== "refused")
      pane.current?.scrollIntoView?.({ block: "nearest" });
    before.current = shown;
  }, [shown]);
  return (
    <div ref={pane} className={styles.outcome} data-outcome={outcome.kind}>
      {outcome.kind === "idle" && (
        <EmptyState icon="play" title="Not run yet">
          Results appear here. Use Dry run to preview the request.
        </EmptyState>
      )}
      {outcome.kind === "running" && <Running outcome={outcome} connector={connector} />}
      {outcome.kind === "finished" && (
        <ToolResult
          run={outcome.run}
          connector={connector}
          onRetry={onRetry}
          actions={
            <>
              <CompareButton run={outcome.run} />
              {onNextPage && (
                <Button small endIcon="chevron-right" keys="tools.nextPage" onPress={onNextPage}>
                  Next page
                </Button>
              )}
            </>
          }
        />
      )}
      {outcome.kind === "dry" && <Dry dryRun={outcome.dryRun} onClose={clear} />}
      {outcome.kind === "refused" && (
        <div className={styles.refused}>
          <ProblemNotice
            problem={beyondFields(outcome.problem)}
            connector={connector}
            onRetry={isWorthRetrying(outcome.problem) ? onRetry : undefined}
            onFixed={onRetry}
          />
        </div>
      )}
    </div>
  );
}

/** Whether another try may succeed, also after allowing the program that it needs. */
const isWorthRetrying = ({ retryable, code }: Problem) => retryable || code === "reference.not_allowed";

type RunningOutcome = Extract<Outcome, { kind: "running" }>;

/** Time in milliseconds after which a run that has not started is waiting for its credential. */
const credentialDelay = 1000;

function Running({ outcome, connector }: { outcome: RunningOutcome; connector: Connector }) {
  const elapsed = useElapsed(outcome.since);
  const { data: vault } = useQuery(queries.vault());
  const isWaiting = outcome.run === null && elapsed > credentialDelay && connector.authentication.kind !== "none";
  const { progress, identity } = outcome;
  const done = progress?.progress ?? null;
  const total = progress?.total ?? null;
  const share = done !== null && total !== null && total > 0 ? Math.min(100, (100 * done) / total) : undefined;
  return (
    <section className={styles.running} aria-label="Running">
      <div className="line">
        <Badge glyph="authorizing">
          {outcome.cancelling
            ? "Cancelling"
            : isWaiting
              ? `Waiting for the ${vault?.backend === "passphrase" ? "vault" : "keychain"}`
              : "Running"}
        </Badge>
        <span className="text2">{duration(elapsed)}</span>
      </div>
      {identity && (
        <div className="small">
          <IdentityLine identity={identity} />
        </div>
      )}
      {progress && (
        <ProgressBar aria-label="Progress of the tool" value={share ?? 0} isIndeterminate={share === undefined}>
          {share !== undefined && (
            <div className={styles.track}>
              <i style={{ width: `${share}%` }} />
            </div>
          )}
        </ProgressBar>
      )}
      {progress && (
        <p className="text2 small" aria-live="polite">
          {joinTexts(" · ", progress.message, done !== null && (total === null ? String(done) : `${done} of ${total}`))}
        </p>
      )}
    </section>
  );
}

/** Returns the milliseconds since a time, updated ten times a second. */
function useElapsed(since: number): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setElapsed(Date.now() - since), 100);
    return () => clearInterval(timer);
  }, [since]);
  return elapsed;
}

function Dry({ dryRun, onClose }: { dryRun: DryRun; onClose: () => void }) {
  const copy = useCopy();
  return (
    <section className={styles.dry} aria-label="Dry run">
      <header className={styles.dryHead}>
        <div className="line">
          <Badge glyph="todo">Dry run</Badge>
          <span className="text2">Nothing was sent</span>
          <span className="grow" />
          <Button
            small
            look="quiet"
            icon="copy"
            label="Copy request"
            onPress={() => copy(dryRun.body ?? "", "Request")}
          />
          <Button small look="quiet" icon="x" label="Close dry run" onPress={onClose} />
        </div>
        <div className="small">
          <IdentityLine identity={dryRun.identity} />
        </div>
        {!dryRun.isExact && (
          <p className="text2 small">
            Not connected yet: id, session and protocol version are agreed on when it connects.
          </p>
        )}
      </header>
      <div className={styles.dryRequest}>
        <Request request={dryRun} />
      </div>
    </section>
  );
}
