import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { type Connector, type Problem, type RunId, type Tool } from "@/host/bindings";
import { queries } from "@/host/queries";
import { useCopy } from "@/components/CopyContext";
import { JsonEditor } from "@/components/JsonEditor/JsonEditor";
import { EnterAgain } from "@/components/SchemaForm/EnterAgain";
import { LazySchemaForm } from "@/components/SchemaForm/LazySchemaForm";
import { type SchemaFormHandle } from "@/components/SchemaForm/schemaFormProps";
import { useArguments } from "@/components/SchemaForm/useArguments";
import { useArgumentsDraft, useSavedArgumentsDraft } from "@/components/SchemaForm/useArgumentsDraft";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { StillShapes } from "@/components/StillShapes";
import { withoutRedacted } from "@/lib/redacted";
import { isObject, type JsonObject } from "@/lib/schema/schema";
import { schemaOf } from "@/lib/schema/validate";
import { toolCommand } from "@/lib/toolCommand";
import { count } from "@/lib/words";
import { Confirm } from "./Confirm";
import { OutcomePane } from "./OutcomePane";
import { RunBar } from "./RunBar";
import { ToolHead } from "./ToolHead";
import { useNextPage } from "./useNextPage";
import { useOutcome } from "./useOutcome";
import styles from "./Workbench.module.css";

type Props = { connector: Connector; tool: Tool; from: RunId | null };

/** The form of one tool, what runs it and what came of it; arguments of an earlier run are read first where one is named. */
export function ToolRunner({ connector, tool, from }: Props) {
  const draft = useSavedArgumentsDraft(connector.id, tool.name);
  const earlier = useQuery({ ...queries.run(from ?? ""), enabled: from !== null });
  if (from === null) return <Runner connector={connector} tool={tool} start={draft?.values} missing={draft?.missing ?? []} from={null} as={null} />;
  if (earlier.isPending) return <div className={styles.runner}><StillShapes rows={5} label="The run is read" /></div>;
  const { values, missing } = withoutRedacted(earlier.data?.arguments);
  return <Runner connector={connector} tool={tool} start={earlier.data ? values : draft?.values} missing={missing} from={earlier.data ? from : null} as={earlier.data?.credential ?? null} />;
}

type RunnerProps = { connector: Connector; tool: Tool; start: JsonObject | undefined; missing: string[]; from: RunId | null; as: string | null };

function Runner({ connector, tool, start, missing, from, as }: RunnerProps) {
  const form = useRef<SchemaFormHandle>(null);
  const edited = useArguments(tool.inputSchema, start);
  const [mode, setMode] = useState<"form" | "json">("form");
  const [readable, setReadable] = useState(true);
  const [confirming, setConfirming] = useState(false);
  const [wasAsked, setWasAsked] = useState(false);
  const [timeout, setTimeoutSeconds] = useState<number | null>(null);
  const [credential, setCredential] = useState(as);
  const [lost, setLost] = useState(missing);
  const { outcome, run, dryRun, cancel } = useOutcome(connector.id, tool.name);
  const copy = useCopy();
  useArgumentsDraft(connector.id, tool.name, tool.inputSchema, edited.value);

  const isRunning = outcome.kind === "running";
  const nextPage = useNextPage(outcome);
  const request = (confirmed: boolean, values: JsonObject = edited.value) => ({
    connector: connector.id,
    tool: tool.name,
    arguments: values,
    timeoutSeconds: timeout,
    confirmed,
    replayOf: from,
    origin: { kind: "window" as const },
    credential,
  });
  const focusProblem = useCallback(() => {
    // The problem is drawn by the state that was just set: look for it after that.
    setTimeout(() => form.current?.focusProblem());
  }, []);
  const isFit = () => {
    if (edited.attempt() && readable) return true;
    focusProblem();
    return false;
  };
  const heed = (problem: Problem | null) => {
    if (problem?.code === "confirmation_needed") setConfirming(true);
    if (problem?.code !== "tool.arguments") return;
    edited.blame(problem.fields);
    focusProblem();
  };
  const begin = async () => {
    if (isRunning || confirming || !isFit()) return;
    if (tool.effect === "destructive") setConfirming(true);
    else heed(await run(request(false)));
  };
  const answer = () => {
    setConfirming(false);
    setWasAsked(true);
  };
  const confirm = async () => {
    answer();
    heed(await run(request(true)));
  };
  const tryDry = async () => {
    if (!isRunning && isFit()) heed(await dryRun(request(false)));
  };
  const goOn = async (values: JsonObject) => {
    if (isRunning || confirming) return;
    edited.change(values);
    if (tool.effect === "destructive") setConfirming(true);
    else heed(await run(request(false, values)));
  };
  const copyCommand = () => copy(toolCommand(connector.name, tool.name, schemaOf(tool.inputSchema), edited.value, credential), "Command");
  const switchMode = () => {
    // What cannot be read would be lost.
    if (readable) setMode(mode === "form" ? "json" : "form");
  };

  useShortcut(confirming || isRunning ? null : { keys: "Mod+Enter", label: "Run", inBar: true, run: () => void begin() });
  useShortcut({ keys: "Mod+Shift+Enter", label: "Dry run", run: () => void tryDry() });
  useShortcut(isRunning ? { keys: "Mod+.", label: "Cancel", inBar: true, run: () => void cancel() } : null);
  useShortcut(nextPage && !confirming ? { keys: "Mod+Shift+N", label: "Next page", inBar: true, inFields: true, run: () => void goOn(nextPage) } : null);
  useShortcut({ keys: "Mod+J", label: "Form or JSON", inBar: true, run: switchMode });
  useShortcut({ keys: "Mod+Shift+C", label: "Copy as command", run: copyCommand });
  useShortcut(mode === "form" && edited.shown.length > 0 ? { keys: "F8", label: "Next problem", run: () => form.current?.focusProblem() } : null);

  return (
    <>
      <section className={styles.runner} aria-label={tool.name}>
        <ToolHead tool={tool} mode={mode} onMode={setMode} isReadable={readable} />
        {lost.length > 0 && (
          <div className={styles.note}>
            <EnterAgain names={lost} onHide={() => setLost([])}>
              {from === null ? "Secrets are forgotten when you leave a form." : "Secrets of an earlier run are not kept."}
            </EnterAgain>
          </div>
        )}
        {mode === "form" ? (
          <div className={styles.form}>
            <LazySchemaForm ref={form} label={`Arguments of ${tool.name}`} schema={tool.inputSchema} value={edited.value} onChange={edited.change} problems={edited.shown} onLeave={edited.leave} onReadable={setReadable} />
          </div>
        ) : (
          <div className={styles.json}>
            <JsonEditor
              label={`Arguments of ${tool.name} as JSON`}
              value={edited.value}
              problems={edited.problems}
              onReadable={setReadable}
              onChange={(next) => isObject(next) && edited.change(next)}
            />
          </div>
        )}
        {confirming ? (
          <Confirm connector={connector} tool={tool} values={edited.value} onConfirm={() => void confirm()} onKeep={answer} />
        ) : (
          <RunBar
            connector={connector}
            tool={tool}
            credential={credential}
            onCredential={setCredential}
            isRunning={isRunning}
            isCancelling={isRunning && outcome.cancelling}
            isBack={wasAsked}
            timeout={timeout}
            onTimeout={setTimeoutSeconds}
            onRun={() => void begin()}
            onDryRun={() => void tryDry()}
            onCancel={() => void cancel()}
            onCopyCommand={copyCommand}
            onFill={(values) => {
              const filled = withoutRedacted(values);
              setLost(filled.missing);
              edited.change(filled.values);
            }}
          />
        )}
        <StatusFacts>
          {edited.shown.length > 0 && <span>{`The form has ${count(edited.shown.length, "problem")}`}</span>}
        </StatusFacts>
      </section>
      <OutcomePane connector={connector} tool={tool} onNextPage={nextPage && (() => void goOn(nextPage))} />
    </>
  );
}
