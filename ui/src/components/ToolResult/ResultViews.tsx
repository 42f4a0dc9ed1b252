import { type ReactNode, useState } from "react";
import { type Connector, type ToolRun } from "@/host/bindings";
import { bytes } from "@/lib/time";
import { Button } from "../Button";
import { FindableText } from "../Find/FindableText";
import { WithFind } from "../Find/FindBar";
import { JsonView } from "../JsonView/JsonView";
import { passFocusOn } from "../keepFocus";
import { Notice, NoticeCode, ProblemNotice } from "../ProblemNotice";
import { type TabItem, Tabs } from "../Tabs";
import { ContentPart } from "./ContentPart";
import { OnTheWire, WireText } from "./OnTheWire";
import { isReduced } from "./runWords";
import styles from "./ToolResult.module.css";

type View = "rendered" | "structured" | "arguments" | "raw" | "http";

/** An additional view, controlled by its owner: a comparison with another run. */
type ComparisonView = { content: ReactNode; isShown: boolean; onShow: (shown: boolean) => void };

type Props = {
  run: ToolRun;
  /** Whether to show the arguments too, as in history, where there is no form beside it. */
  withArguments?: boolean;
  comparison?: ComparisonView;
  onRetry?: () => void;
  /** Runs it again after a fix; `onRetry` by default. */
  onFixed?: () => void;
  /** Enables the button that fixes a problem. */
  connector?: Connector;
  /** Whether the run comes from a file: its ids are unknown here, and it does not continue. */
  isForeign?: boolean;
};

/** Size above which a result is rendered on demand only, in bytes. */
const largeResult = 256 * 1024;

/** Maximum size of a stored response body, in bytes. */
const maxStoredBody = 1024 * 1024;

/** The views of a run's result. Use the run's id as `key`. */
export function ResultViews({
  run,
  withArguments = false,
  comparison,
  onRetry,
  onFixed = onRetry,
  connector,
  isForeign = false,
}: Props) {
  const structured = run.result?.structured ?? null;
  const [view, setView] = useState<View>(structured !== null && !run.problem ? "structured" : "rendered");
  const [isConfirmed, setConfirmed] = useState(false);
  const isRunning = run.state === "running" && !isForeign;
  const exchange = run.exchange ?? null;
  const body = exchange?.response?.body ?? null;
  const size = run.resultBytes ?? 0;
  const isDeferred = size > largeResult && !isConfirmed;
  const guard = (content: ReactNode) =>
    isDeferred ? <Large size={size} onShow={() => setConfirmed(true)} /> : content;
  const tabs: (TabItem<View | "compare"> | false)[] = [
    {
      id: "rendered",
      label: "Formatted",
      content: (
        <Rendered
          run={run}
          onRetry={onRetry}
          onFixed={onFixed}
          connector={connector}
          isForeign={isForeign}
          guard={guard}
        />
      ),
    },
    structured !== null && {
      id: "structured",
      label: "Structured",
      content: guard(<JsonView label="Structured result" value={structured} />),
    },
    withArguments && {
      id: "arguments",
      label: "Arguments",
      content:
        run.capture === "metadata" ? (
          <EmptyPart>Not kept for this connector</EmptyPart>
        ) : (
          <JsonView label="Arguments" value={run.arguments} />
        ),
    },
    {
      id: "raw",
      label: "Raw",
      content:
        body === null ? (
          <EmptyPart>{isRunning ? "Waiting for the result" : withoutAnswer(run)}</EmptyPart>
        ) : (
          guard(
            <FindableText>
              <WireText label="Response" text={body} fill />
            </FindableText>,
          )
        ),
    },
    {
      id: "http",
      label: (exchange ? exchange.request.method === null : connector?.command) ? "Sent" : "HTTP",
      content: exchange ? (
        <FindableText>
          <OnTheWire exchange={exchange} />
        </FindableText>
      ) : (
        <EmptyPart>
          {isRunning
            ? "Available when the run ends"
            : isReduced(run)
              ? "Not kept for this connector"
              : "No request recorded"}
        </EmptyPart>
      ),
    },
    comparison !== undefined && { id: "compare", label: "Compare", content: comparison.content },
  ];
  const select = (chosen: View | "compare") => {
    comparison?.onShow(chosen === "compare");
    if (chosen !== "compare") setView(chosen);
  };
  const selected = comparison?.isShown ? "compare" : view;
  return (
    <div className={styles.views}>
      <WithFind what="result" view={selected}>
        <Tabs
          label="Views of the result"
          tabs={tabs.filter((tab) => tab !== false)}
          selected={selected}
          onSelect={select}
        />
      </WithFind>
    </div>
  );
}

function withoutAnswer(run: ToolRun): string {
  const { exchange, resultBytes } = run;
  if (isReduced(run)) return "Not kept for this connector";
  if (!exchange?.response) return "No response received";
  return (resultBytes ?? 0) > maxStoredBody
    ? "Responses over 1 MB are kept as their result only"
    : "Empty, or not text";
}

function Large({ size, onShow }: { size: number; onShow: () => void }) {
  return (
    <div ref={passFocusOn} className={styles.page}>
      <p>{`This result is ${bytes(size)} and may take a moment to show.`}</p>
      <div>
        <Button small onPress={onShow}>{`Show ${bytes(size)}`}</Button>
      </div>
    </div>
  );
}

function EmptyPart({ children }: { children: string }) {
  return (
    <div className={styles.page}>
      <p className="text3">{children}</p>
    </div>
  );
}

/** The formatted result; each outcome has its own look. */
function Rendered({
  run,
  onRetry,
  onFixed,
  connector,
  isForeign,
  guard,
}: Pick<Props, "run" | "onRetry" | "onFixed" | "connector" | "isForeign"> & {
  guard: (content: ReactNode) => ReactNode;
}) {
  const content = run.result?.content ?? [];
  const failedByTool = run.result?.isError === true;
  const isEmpty = content.length === 0;
  return (
    <div className={styles.page}>
      {run.problem && !failedByTool && run.state === "failed" && (
        <ProblemNotice
          problem={run.problem}
          connector={connector}
          isForeign={isForeign}
          onRetry={run.problem.retryable ? onRetry : undefined}
          onFixed={onFixed}
          retryLabel="Run again"
        />
      )}
      {failedByTool && (
        <Notice
          glyph="failing"
          role="alert"
          title="The tool returned an error"
          end={<NoticeCode>tool.failed</NoticeCode>}
        >
          {isEmpty && "No details given."}
        </Notice>
      )}
      {run.state === "running" && (
        <Notice glyph="authorizing" role="status" title="Still running">
          {isForeign ? "It was exported before it finished." : "The result appears here when it finishes."}
        </Notice>
      )}
      {run.state === "cancelled" && (
        <Notice glyph="disabled" role="status" title="Cancelled">
          The server was asked to stop. Changes made so far may remain.
        </Notice>
      )}
      {run.state === "denied" && (
        <Notice glyph="disabled" role="status" title="Denied">
          {run.problem?.hint ?? "Nothing was sent."}
        </Notice>
      )}
      {run.state === "done" && isEmpty && run.result?.structured == null && (
        <Notice glyph="ready" role="status" title="Done">
          {run.result === null && isReduced(run)
            ? "The result isn't kept for this connector."
            : "The tool returned no content."}
        </Notice>
      )}
      {!isEmpty && guard(content.map((part, index) => <ContentPart key={index} content={part} index={index} />))}
      {isEmpty &&
        run.result?.structured != null &&
        guard(
          <div className={styles.json}>
            <JsonView label="Result" value={run.result.structured} />
          </div>,
        )}
    </div>
  );
}
