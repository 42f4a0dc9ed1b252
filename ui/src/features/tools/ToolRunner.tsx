import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { type Connector, type Problem, type RunId, type Tool } from "@/host/bindings";
import { queries } from "@/host/queries";
import { useCopy } from "@/components/CopyContext";
import { JsonEditor } from "@/components/JsonEditor/JsonEditor";
import { MissingSecrets } from "@/components/SchemaForm/MissingSecrets";
import { LazySchemaForm } from "@/components/SchemaForm/LazySchemaForm";
import { type SchemaFormHandle } from "@/components/SchemaForm/schemaFormProps";
import { useArguments } from "@/components/SchemaForm/useArguments";
import { useArgumentsDraft, useSavedArgumentsDraft } from "@/components/SchemaForm/useArgumentsDraft";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { Skeleton } from "@/components/Skeleton";
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
  if (from === null) return <Runner connector={connector} tool={tool} initialValues={draft?.values} missing={draft?.missing ?? []} from={null} initialCredential={null} />;
  if (earlier.isPending) return <div className={styles.runner}><Skeleton rows={5} label="The run is read" /></div>;
  const { values, missing } = withoutRedacted(earlier.data?.arguments);
  return <Runner connector={connector} tool={tool} initialValues={earlier.data ? values : draft?.values} missing={missing} from={earlier.data ? from : null} initialCredential={earlier.data?.credential ?? null} />;
}

type RunnerProps = { connector: Connector; tool: Tool; initialValues: JsonObject | undefined; missing: string[]; from: RunId | null; initialCredential: string | null };

function Runner({ connector, tool, initialValues, missing, from, initialCredential }: RunnerProps) {
  const form = useRef<SchemaFormHandle>(null);
  const args = useArguments(tool.inputSchema, initialValues);
  const [mode, setMode] = useState<"form" | "json">("form");
  const [readable, setReadable] = useState(true);
  const [confirming, setConfirming] = useState(false);
  const [wasConfirming, setWasConfirming] = useState(false);
  const [timeout, setTimeoutSeconds] = useState<number | null>(null);
  const [credential, setCredential] = useState(initialCredential);
  const [missingSecrets, setMissingSecrets] = useState(missing);
  const { outcome, run, dryRun, cancel } = useOutcome(connector.id, tool.name);
  const copy = useCopy();
  useArgumentsDraft(connector.id, tool.name, tool.inputSchema, args.value);

  const isRunning = outcome.kind === "running";
  const nextPage = useNextPage(outcome);
  const request = (confirmed: boolean, values: JsonObject = args.value) => ({
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
  const validateForm = () => {
    if (args.validateAll() && readable) return true;
    focusProblem();
    return false;
  };
  const handleProblem = (problem: Problem | null) => {
    if (problem?.code === "confirmation_needed") setConfirming(true);
    if (problem?.code !== "tool.arguments") return;
    args.setServerErrors(problem.fields);
    focusProblem();
  };
  const submit = async () => {
    if (isRunning || confirming || !validateForm()) return;
    if (tool.effect === "destructive") setConfirming(true);
    else handleProblem(await run(request(false)));
  };
  const closeConfirmation = () => {
    setConfirming(false);
    setWasConfirming(true);
  };
  const confirm = async () => {
    closeConfirmation();
    handleProblem(await run(request(true)));
  };
  const submitDryRun = async () => {
    if (!isRunning && validateForm()) handleProblem(await dryRun(request(false)));
  };
  const runNextPage = async (values: JsonObject) => {
    if (isRunning || confirming) return;
    args.change(values);
    if (tool.effect === "destructive") setConfirming(true);
    else handleProblem(await run(request(false, values)));
  };
  const copyCommand = () => copy(toolCommand(connector.name, tool.name, schemaOf(tool.inputSchema), args.value, credential), "Command");
  const switchMode = () => {
    // What cannot be read would be lost.
    if (readable) setMode(mode === "form" ? "json" : "form");
  };

  useShortcut(confirming || isRunning ? null : { keys: "Mod+Enter", label: "Run", inBar: true, run: () => void submit() });
  useShortcut({ keys: "Mod+Shift+Enter", label: "Dry run", run: () => void submitDryRun() });
  useShortcut(isRunning ? { keys: "Mod+.", label: "Cancel", inBar: true, run: () => void cancel() } : null);
  useShortcut(nextPage && !confirming ? { keys: "Mod+Shift+N", label: "Next page", inBar: true, inFields: true, run: () => void runNextPage(nextPage) } : null);
  useShortcut({ keys: "Mod+J", label: "Form or JSON", inBar: true, run: switchMode });
  useShortcut({ keys: "Mod+Shift+C", label: "Copy as command", run: copyCommand });
  useShortcut(mode === "form" && args.shown.length > 0 ? { keys: "F8", label: "Next problem", run: () => form.current?.focusProblem() } : null);

  return (
    <>
      <section className={styles.runner} aria-label={tool.name}>
        <ToolHead tool={tool} mode={mode} onMode={setMode} isReadable={readable} />
        {missingSecrets.length > 0 && (
          <div className={styles.note}>
            <MissingSecrets names={missingSecrets} onHide={() => setMissingSecrets([])}>
              {from === null ? "Secrets are forgotten when you leave a form." : "Secrets of an earlier run are not kept."}
            </MissingSecrets>
          </div>
        )}
        {mode === "form" ? (
          <div className={styles.form}>
            <LazySchemaForm ref={form} label={`Arguments of ${tool.name}`} schema={tool.inputSchema} value={args.value} onChange={args.change} problems={args.shown} onLeave={args.touch} onReadable={setReadable} />
          </div>
        ) : (
          <div className={styles.json}>
            <JsonEditor
              label={`Arguments of ${tool.name} as JSON`}
              value={args.value}
              problems={args.problems}
              onReadable={setReadable}
              onChange={(next) => isObject(next) && args.change(next)}
            />
          </div>
        )}
        {confirming ? (
          <Confirm connector={connector} tool={tool} values={args.value} onConfirm={() => void confirm()} onKeep={closeConfirmation} />
        ) : (
          <RunBar
            connector={connector}
            tool={tool}
            credential={credential}
            onCredential={setCredential}
            isRunning={isRunning}
            isCancelling={isRunning && outcome.cancelling}
            isBack={wasConfirming}
            timeout={timeout}
            onTimeout={setTimeoutSeconds}
            onRun={() => void submit()}
            onDryRun={() => void submitDryRun()}
            onCancel={() => void cancel()}
            onCopyCommand={copyCommand}
            onFill={(values) => {
              const filled = withoutRedacted(values);
              setMissingSecrets(filled.missing);
              args.change(filled.values);
            }}
          />
        )}
        <StatusFacts>
          {args.shown.length > 0 && <span>{`The form has ${count(args.shown.length, "problem")}`}</span>}
        </StatusFacts>
      </section>
      <OutcomePane connector={connector} tool={tool} onNextPage={nextPage && (() => void runNextPage(nextPage))} />
    </>
  );
}
