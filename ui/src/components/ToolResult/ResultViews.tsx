import { type ReactNode, useState } from "react";
import { type ToolRun } from "@/host/bindings";
import { bytes } from "@/lib/time";
import { Button } from "../Button";
import { JsonView } from "../JsonView/JsonView";
import { Notice, NoticeCode, ProblemNotice } from "../ProblemNotice";
import { type TabItem, Tabs } from "../Tabs";
import { ContentPart } from "./ContentPart";
import styles from "./ToolResult.module.css";

type View = "rendered" | "structured" | "arguments" | "raw" | "http";

/** One more view that its owner opens and closes: this run held against another one. */
type ComparisonView = { content: ReactNode; isShown: boolean; onShow: (shown: boolean) => void };

type Props = {
  run: ToolRun;
  /** Whether the arguments have a view too: in history, where no form stands beside. */
  withArguments?: boolean;
  comparison?: ComparisonView;
  onRetry?: () => void;
};

/** An answer larger than this is drawn only when asked for. */
const large = 256 * 1024;

/** The answer of a run in its views; give it the run's id as `key`. */
export function ResultViews({ run, withArguments = false, comparison, onRetry }: Props) {
  const structured = run.result?.structured ?? null;
  const [view, setView] = useState<View>(structured !== null && !run.problem ? "structured" : "rendered");
  const [asked, setAsked] = useState(false);
  const isRunning = run.state === "running";
  const size = run.resultBytes ?? 0;
  const held = size > large && !asked;
  const guard = (content: ReactNode) => (held ? <Large size={size} onShow={() => setAsked(true)} /> : content);
  const tabs: TabItem<View | "compare">[] = [
    { id: "rendered", label: "Rendered", content: <Rendered run={run} onRetry={onRetry} guard={guard} /> },
    ...(structured !== null ? [{ id: "structured" as const, label: "Structured", content: guard(<JsonView label="Structured result" value={structured} />) }] : []),
    ...(withArguments ? [{ id: "arguments" as const, label: "Arguments", content: <JsonView label="Arguments" value={run.arguments} /> }] : []),
    { id: "raw", label: "Raw", content: run.answer === null ? <EmptyPart>{isRunning ? "There is no answer yet" : "No answer was received"}</EmptyPart> : guard(<JsonView label="Answer as received" value={run.answer} />) },
    { id: "http", label: "HTTP", content: run.request === null ? <EmptyPart>{isRunning ? "The request is told once the run is over" : "Nothing was sent"}</EmptyPart> : <JsonView label="Request as sent, without secrets" value={run.request} /> },
    ...(comparison ? [{ id: "compare" as const, label: "Compare", content: comparison.content }] : []),
  ];
  const select = (chosen: View | "compare") => {
    comparison?.onShow(chosen === "compare");
    if (chosen !== "compare") setView(chosen);
  };
  return (
    <div className={styles.views}>
      <Tabs label="Views of the result" tabs={tabs} selected={comparison?.isShown ? "compare" : view} onSelect={select} />
    </div>
  );
}

function Large({ size, onShow }: { size: number; onShow: () => void }) {
  return (
    <div className={styles.page}>
      <p>{`The answer is ${bytes(size)} long. Drawing it may take a moment.`}</p>
      <div><Button small onPress={onShow}>{`Show ${bytes(size)}`}</Button></div>
    </div>
  );
}

function EmptyPart({ children }: { children: string }) {
  return <div className={styles.page}><p className="text3">{children}</p></div>;
}

/** The answer as a person reads it; each way a run can end has its own look. */
function Rendered({ run, onRetry, guard }: { run: ToolRun; onRetry?: () => void; guard: (content: ReactNode) => ReactNode }) {
  const content = run.result?.content ?? [];
  const failedByTool = run.result?.isError === true;
  const isEmpty = content.length === 0;
  return (
    <div className={styles.page}>
      {run.problem && !failedByTool && run.state === "failed" && (
        <ProblemNotice problem={run.problem} onRetry={run.problem.retryable ? onRetry : undefined} retryLabel="Run again" />
      )}
      {failedByTool && (
        <Notice glyph="failing" role="alert" title="The tool says that it failed" end={<NoticeCode>tool.failed</NoticeCode>}>
          {isEmpty ? "It gave no reason." : "Its own words follow."}
        </Notice>
      )}
      {run.state === "running" && <Notice glyph="authorizing" role="status" title="Still running">Its answer stands here once it is over.</Notice>}
      {run.state === "cancelled" && <Notice glyph="disabled" role="status" title="Cancelled">The server was told to stop. What it had done by then may stay done.</Notice>}
      {run.state === "denied" && <Notice glyph="disabled" role="status" title="Denied">{run.problem?.hint ?? "Nothing was sent."}</Notice>}
      {run.state === "done" && isEmpty && run.result?.structured == null && (
        <Notice glyph="ready" role="status" title="Done, with nothing to show">The tool answered that it worked, and gave no content.</Notice>
      )}
      {!isEmpty && guard(content.map((part, index) => <ContentPart key={index} content={part} index={index} />))}
      {isEmpty && run.result?.structured != null && guard(<div className={styles.json}><JsonView label="Result" value={run.result.structured} /></div>)}
    </div>
  );
}
