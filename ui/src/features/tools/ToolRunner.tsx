import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { type Connector, type RunId, type Tool } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { queries } from "@/host/queries";
import { useCopy } from "@/components/CopyContext";
import { ArgumentsEditor } from "@/components/Runner/ArgumentsEditor";
import { useRunner, useRunnerKeys } from "@/components/Runner/useRunner";
import { useSavedArgumentsDraft } from "@/components/SchemaForm/useArgumentsDraft";
import { useShortcut } from "@/components/shortcuts";
import { StatusFacts } from "@/components/StatusBar";
import { Skeleton } from "@/components/Skeleton";
import { restorable } from "@/lib/redacted";
import { type JsonObject } from "@/lib/schema/schema";
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

/** The form of a tool, with its outcome. `from` is a run whose arguments are loaded. */
export function ToolRunner({ connector, tool, from }: Props) {
  const draft = useSavedArgumentsDraft(connector.id, tool.name);
  // Back returns to the same visit, whose edits go on; another click on "Edit and run" is a new one.
  const key = useLocation({ select: ({ state }) => state.__TSR_key ?? null });
  const [visit] = useState(from === null ? null : key);
  const earlier = useQuery({ ...queries.run(from ?? ""), enabled: from !== null });
  if (from !== null && earlier.isPending)
    return (
      <div className={styles.runner}>
        <Skeleton rows={5} label="Loading run" />
      </div>
    );
  const run = earlier.data;
  // A run that was removed leaves what was typed before.
  const start = run && (visit === null || draft?.visit !== visit) ? restorable(run.arguments) : draft;
  return (
    <Runner
      connector={connector}
      tool={tool}
      initialValues={start?.values}
      missing={start?.missing ?? []}
      visit={visit}
      from={run ? from : null}
      initialCredential={run?.credential ?? null}
      wasTask={run?.asTask === true}
    />
  );
}

type RunnerProps = {
  connector: Connector;
  tool: Tool;
  initialValues: JsonObject | undefined;
  missing: string[];
  visit: string | null;
  from: RunId | null;
  initialCredential: string | null;
  /** Whether the run whose arguments are loaded was run as a task. */
  wasTask: boolean;
};

function Runner({ connector, tool, initialValues, missing, visit, from, initialCredential, wasTask }: RunnerProps) {
  // They come back with the arguments.
  const place = [connector.id, tool.name, visit] as const;
  const [timeout, setTimeoutSeconds] = useClientState(stateKey<number | null>(null, "run-timeout", ...place));
  const [credential, setCredential] = useClientState(stateKey(initialCredential, "run-credential", ...place));
  const [wantsTask, setWantsTask] = useClientState(stateKey(wasTask, "run-task", ...place));
  // The server may have stopped offering it.
  const asTask = wantsTask && tool.mayBeTask === true;
  const { outcome, run, dryRun, cancel } = useOutcome(connector.id, tool.name);
  // A form that is filled anew keeps none of the text that could not be read.
  const [fills, setFills] = useState(0);
  const copy = useCopy();
  const isRunning = outcome.kind === "running";
  const nextPage = useNextPage(outcome);
  const request = (values: JsonObject, confirmed: boolean) => ({
    connector: connector.id,
    tool: tool.name,
    arguments: values,
    timeoutSeconds: timeout,
    confirmed,
    replayOf: from,
    origin: { kind: "window" as const },
    credential,
    asTask,
  });
  const runner = useRunner({
    place: connector.id,
    name: tool.name,
    schema: tool.inputSchema,
    initialValues,
    visit,
    missing,
    isRunning,
    run: (values, confirmed) => run(request(values, confirmed)),
  });
  const { args, isConfirming } = runner;
  const submitDryRun = () => runner.send((values) => dryRun(request(values, false)));
  const copyCommand = () =>
    copy(
      toolCommand(connector.name, tool.name, schemaOf(tool.inputSchema), args.value, { credential, asTask, timeout }),
      "Command",
    );

  useShortcut(
    isConfirming || isRunning
      ? null
      : { keys: "form.submit", label: "Run", inBar: true, ofRow: true, run: () => runner.submit() },
  );
  useShortcut({ keys: "tools.dryRun", ofRow: true, run: submitDryRun });
  useShortcut(isRunning ? { keys: "form.cancel", inBar: true, run: () => void cancel() } : null);
  useShortcut(
    nextPage && !isConfirming ? { keys: "tools.nextPage", inBar: true, run: () => runner.submit(nextPage) } : null,
  );
  useRunnerKeys(runner);
  useShortcut({ keys: "form.copyCommand", ofRow: true, run: copyCommand });

  return (
    <>
      <section className={styles.runner} aria-label={tool.name}>
        <ToolHead connector={connector} tool={tool} runner={runner} />
        <ArgumentsEditor
          key={fills}
          runner={runner}
          name={tool.name}
          schema={tool.inputSchema}
          missingReason={
            from === null ? "Secret values aren't kept when you leave a form." : "Secret values aren't kept with runs."
          }
        />
        {isConfirming ? (
          <Confirm
            connector={connector}
            tool={tool}
            values={args.value}
            credential={credential}
            onConfirm={runner.confirm}
            onKeep={runner.closeConfirmation}
          />
        ) : (
          <RunBar
            connector={connector}
            tool={tool}
            credential={credential}
            onCredential={setCredential}
            isRunning={isRunning}
            isCancelling={isRunning && outcome.cancelling}
            isBack={runner.wasConfirming}
            timeout={timeout}
            onTimeout={setTimeoutSeconds}
            asTask={asTask}
            onAsTask={setWantsTask}
            onRun={() => runner.submit()}
            onDryRun={submitDryRun}
            onCancel={() => void cancel()}
            onCopyCommand={copyCommand}
            onFill={(values) => {
              const filled = restorable(values);
              runner.setMissing(filled.missing);
              args.change(filled.values);
              setFills(fills + 1);
            }}
          />
        )}
        <StatusFacts>{args.shown.length > 0 && <span>{count(args.shown.length, "problem")}</span>}</StatusFacts>
      </section>
      <OutcomePane
        connector={connector}
        tool={tool}
        onNextPage={nextPage && (() => runner.submit(nextPage))}
        onRetry={runner.retry}
        beyondFields={runner.beyondFields}
      />
    </>
  );
}
