import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { commands, type RunId, type RunLabel, type ToolRun } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { queries } from "@/host/queries";
import { useToasts } from "@/host/toasts";
import { roundedNames } from "@/lib/redacted";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { EmptyState } from "@/components/EmptyState";
import { identityWith } from "@/components/identityWith";
import { actingWords } from "@/components/identityWords";
import { Menu } from "@/components/Menu";
import { ErrorNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { Skeleton } from "@/components/Skeleton";
import { ConfirmCard } from "@/components/ToolResult/ConfirmCard";
import { ResultViews } from "@/components/ToolResult/ResultViews";
import { isReduced } from "@/components/ToolResult/runWords";
import { SaveParts } from "@/components/ToolResult/SaveParts";
import { Timing } from "@/components/ToolResult/Timing";
import styles from "./Runs.module.css";
import { type Comparing, newComparison } from "./comparing";
import { RunComparisonPane } from "./RunComparisonPane";
import { RunElsewhereDialog } from "./RunElsewhereDialog";
import { RunFacts, RunTitle } from "./RunHead";
import { RunLabelDialog } from "./RunLabelDialog";
import { RunQuestions } from "./RunQuestions";
import { useRunActions } from "./useRunActions";

const unlabelled: RunLabel = { name: null, note: null, pinned: false };

type Props = {
  id: RunId;
  /** The comparison that is shown, if any. */
  comparing: Comparing | null;
  onCompare: (comparing: Comparing | null) => void;
  /** Set while two runs are marked: compares those instead. */
  onCompareMarked?: (() => void) | null;
  /** Shows a run that has just started; with `beside`, as a comparison. */
  onShow: (id: RunId, beside: RunId | null) => void;
  onRemoved: () => void;
};

/** The details of a run, and its actions. */
export function RunDetail({ id, ...rest }: Props) {
  const { data: run, error, refetch } = useQuery(queries.run(id));
  if (error && asProblem(error).code === "not_found") {
    return (
      <EmptyState icon="history" title="Run not found" action={<Button onPress={rest.onRemoved}>All runs</Button>}>
        It was deleted or is older than your history limit.
      </EmptyState>
    );
  }
  if (error) return <ErrorNotice className={styles.pad} error={error} onRetry={() => void refetch()} />;
  if (!run) return <Skeleton rows={4} label="Loading run" />;
  return <Loaded key={run.id} run={run} {...rest} />;
}

function Loaded({
  run,
  comparing,
  onCompare,
  onCompareMarked,
  onShow,
  onRemoved,
}: Omit<Props, "id"> & { run: ToolRun }) {
  const [removing, setRemoving] = useState(false);
  const [elsewhere, setElsewhere] = useState(false);
  const [labelling, setLabelling] = useState(false);
  const copy = useCopy();
  const { toast } = useToasts();
  const show = (id: RunId, beside: RunId | null) => {
    setElsewhere(false);
    onShow(id, beside);
  };
  const actions = useRunActions(run, show, onRemoved);
  const { data: connectors } = useQuery(queries.connectors());
  const connector = connectors?.find((one) => one.id === run.connector);
  // Somebody else may be signed in since.
  const acting = connector ? identityWith(connector, run.credential ?? null) : run.identity;
  const isRunning = run.state === "running";
  const copyCommand = () => {
    const [rounded] = roundedNames(run.arguments);
    if (run.capture === "metadata") toast("Couldn't copy: the arguments of this run weren't kept");
    else if (rounded === undefined) copy(actions.command, "Command");
    else toast(`Couldn't copy: ${rounded} has too many digits to copy exactly`);
  };
  const compare = () => onCompare(comparing ?? newComparison);
  // An error of a repetition here says nothing about one elsewhere, and the other way round.
  const forgetError = () => !actions.isReplaying && actions.closeConfirmation();
  const runElsewhere = () => {
    forgetError();
    setElsewhere(true);
  };
  const label = run.label ?? unlabelled;
  const pin = () => actions.label({ ...label, pinned: !label.pinned });
  const pinWord = label.pinned ? "Unpin" : "Pin";
  const rename = () => {
    actions.forgetLabelError();
    setLabelling(true);
  };
  const mayReplay = !actions.confirmation && !isRunning && !actions.isReplaying;
  useShortcut(mayReplay ? { keys: "runs.again", inBar: true, ofRow: true, run: actions.replay } : null);
  useShortcut(mayReplay ? { keys: "runs.elsewhere", inBar: true, ofRow: true, run: runElsewhere } : null);
  useShortcut({ keys: "runs.edit", ofRow: true, run: actions.edit });
  useShortcut(isRunning ? null : { keys: "runs.pin", label: pinWord, ofRow: true, run: pin });
  useShortcut(isRunning ? null : { keys: "runs.rename", ofRow: true, run: rename });
  useShortcut(isRunning ? null : { keys: "list.delete", ofRow: true, run: () => setRemoving(true) });
  useShortcut({ keys: "form.copyCommand", ofRow: true, run: copyCommand });
  const compares = onCompareMarked
    ? { label: "Compare selected", run: onCompareMarked }
    : !isRunning && !comparing && { label: "Compare", run: compare };
  useShortcut(compares ? { ...compares, keys: "runs.compare", inBar: true, ofRow: true } : null);
  useShortcut(isRunning ? { keys: "form.cancel", inBar: true, run: actions.cancel } : null);
  return (
    <article className={styles.detail} aria-label={`Run of ${run.tool}`}>
      <header className={styles.head}>
        <div className={styles.title}>
          <RunTitle run={run} />
          <div className={styles.buttons}>
            {isRunning && (
              <Button keys="form.cancel" onPress={actions.cancel}>
                Cancel
              </Button>
            )}
            {!isRunning && (
              <Button
                icon="rotate-cw"
                keys="runs.again"
                isPending={actions.isReplaying}
                onPress={() => actions.replay()}
              >
                Run again
              </Button>
            )}
            <Button keys="runs.edit" onPress={actions.edit}>
              Edit and run
            </Button>
            <Menu
              label="More actions"
              trigger={<Button look="quiet" icon="ellipsis" label="More actions" />}
              actions={[
                {
                  id: "elsewhere",
                  label: "Run elsewhere…",
                  icon: "rotate-cw",
                  keys: "runs.elsewhere",
                  isDisabled: isRunning,
                  onAction: runElsewhere,
                },
                {
                  id: "compare",
                  label: "Compare with previous run",
                  icon: "git-compare",
                  keys: "runs.compare",
                  isDisabled: isRunning,
                  onAction: compare,
                },
                { id: "pin", label: pinWord, icon: "pin", keys: "runs.pin", isDisabled: isRunning, onAction: pin },
                {
                  id: "label",
                  label: "Name and note…",
                  icon: "pencil",
                  keys: "runs.rename",
                  isDisabled: isRunning,
                  onAction: rename,
                },
                {
                  id: "command",
                  label: "Copy as command",
                  icon: "square-terminal",
                  keys: "form.copyCommand",
                  onAction: copyCommand,
                },
                {
                  id: "export",
                  label: "Export…",
                  icon: "download",
                  isDisabled: isRunning,
                  onAction: actions.exportToFile,
                },
                {
                  id: "remove",
                  label: "Delete…",
                  icon: "trash-2",
                  keys: "list.delete",
                  danger: true,
                  isDisabled: isRunning,
                  onAction: () => setRemoving(true),
                },
              ]}
            />
          </div>
        </div>
        <RunFacts run={run} />
        {!comparing && !isReduced(run) && (
          <SaveParts
            parts={run.result?.content ?? []}
            save={(_, place) => call(commands.saveAttachment(run.id, place))}
          />
        )}
      </header>
      {!labelling && <ErrorNotice className={styles.notice} error={actions.labelError} />}
      <ErrorNotice className={styles.notice} error={actions.exportError} onRetry={actions.exportToFile} />
      {!elsewhere && (
        <ErrorNotice
          className={styles.notice}
          error={actions.error}
          connector={connector}
          retryLabel="Run again"
          onFixed={() => actions.replay()}
        />
      )}
      <ResultViews
        run={run}
        connector={connector}
        onFixed={() => actions.replay()}
        withArguments
        comparison={{
          isShown: comparing !== null,
          onShow: (shown) => onCompare(shown ? (comparing ?? newComparison) : null),
          content: <RunComparisonPane run={run} comparing={comparing ?? newComparison} onChange={onCompare} />,
        }}
      />
      {Boolean(run.questions?.length) && !comparing && <RunQuestions questions={run.questions ?? []} />}
      {run.timings && !comparing && <Timing timings={run.timings} />}
      {labelling && (
        <RunLabelDialog
          tool={run.tool}
          label={label}
          isPending={actions.isLabelling}
          error={actions.labelError}
          onSave={(next) => actions.label(next, () => setLabelling(false))}
          onClose={() => {
            actions.forgetLabelError();
            setLabelling(false);
          }}
        />
      )}
      {elsewhere && (
        <RunElsewhereDialog
          run={run}
          confirmation={actions.confirmation?.elsewhere ?? null}
          isPending={actions.isReplaying}
          error={actions.error}
          onRun={actions.replay}
          onKeep={actions.closeConfirmation}
          onClose={() => {
            forgetError();
            setElsewhere(false);
          }}
        />
      )}
      {actions.confirmation?.elsewhere === null && (
        <ConfirmCard
          title={`Run ${run.tool} again?`}
          verb="Run again"
          onConfirm={() => actions.replay(undefined, true)}
          onKeep={actions.closeConfirmation}
        >
          {`On ${run.connectorTitle}, as ${actingWords(acting)}. This tool may delete or overwrite data.`}
        </ConfirmCard>
      )}
      {removing && (
        <ConfirmDialog
          title={`Delete this run of ${run.tool}?`}
          confirmLabel="Delete run"
          onConfirm={() => {
            setRemoving(false);
            actions.remove();
          }}
          onClose={() => setRemoving(false)}
        >
          Arguments and result are deleted. This doesn't undo what the tool did.
        </ConfirmDialog>
      )}
    </article>
  );
}
