import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type RunId, type ToolRun } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { Dialog } from "@/components/Dialog";
import { IdentityLine } from "@/components/IdentityLine";
import { Menu } from "@/components/Menu";
import { ProblemNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { StillShapes } from "@/components/StillShapes";
import { ConfirmCard } from "@/components/ToolResult/ConfirmCard";
import { ResultViews } from "@/components/ToolResult/ResultViews";
import { originWord, runStates } from "@/components/ToolResult/runWords";
import { Timing } from "@/components/ToolResult/Timing";
import { ago, bytes, duration, exactTime } from "@/lib/time";
import styles from "./Runs.module.css";
import { useRunActions } from "./useRunActions";

type Props = {
  id: RunId;
  /** Another run is to be shown: the one that was just started. */
  onShow: (id: RunId) => void;
  onRemoved: () => void;
};

/** One run with everything that is known of it, and what can be done with it. */
export function RunDetail({ id, onShow, onRemoved }: Props) {
  const { data: run, error, refetch } = useQuery(queries.run(id));
  if (error) return <div className={styles.pad}><ProblemNotice problem={asProblem(error)} onRetry={() => void refetch()} /></div>;
  if (!run) return <StillShapes rows={4} label="The run is read" />;
  return <Known key={run.id} run={run} onShow={onShow} onRemoved={onRemoved} />;
}

function Known({ run, onShow, onRemoved }: { run: ToolRun; onShow: (id: RunId) => void; onRemoved: () => void }) {
  const [removing, setRemoving] = useState(false);
  const copy = useCopy();
  const actions = useRunActions(run, onShow, onRemoved);
  const { glyph, word } = runStates[run.state];
  const isRunning = run.state === "running";
  const copyCommand = () => copy(actions.command, "Command");
  useShortcut(actions.isAsking || isRunning ? null : { keys: "R", label: "Run again", inBar: true, run: actions.replay });
  useShortcut({ keys: "E", label: "Edit and run", inBar: true, run: actions.edit });
  useShortcut({ keys: "Backspace", label: "Remove", run: () => setRemoving(true) });
  useShortcut({ keys: "Mod+Shift+C", label: "Copy as command", run: copyCommand });
  useShortcut(isRunning ? { keys: "Mod+.", label: "Cancel", inBar: true, run: actions.cancel } : null);
  return (
    <article className={styles.detail} aria-label={`Run of ${run.tool}`}>
      <header className={styles.head}>
        <div className={styles.title}>
          <h2 className={styles.tool} data-selectable>{run.tool}</h2>
          <Badge glyph={glyph} pill>{word}</Badge>
          <span className={styles.measure}>{[run.durationMs !== null && duration(run.durationMs), run.resultBytes !== null && bytes(run.resultBytes)].filter(Boolean).join(" · ")}</span>
          <span className="grow" />
          {isRunning && <Button keys="Mod+." onPress={actions.cancel}>Cancel</Button>}
          {!isRunning && <Button icon="rotate-cw" keys="R" isDisabled={actions.isReplaying} onPress={actions.replay}>Run again</Button>}
          <Button keys="E" onPress={actions.edit}>Edit and run</Button>
          <Menu
            label="More for this run"
            trigger={<Button look="quiet" icon="ellipsis" label="More for this run" />}
            actions={[
              { id: "command", label: "Copy as command", icon: "square-terminal", keys: "Mod+Shift+C", onAction: copyCommand },
              { id: "remove", label: "Remove…", icon: "trash-2", keys: "Backspace", danger: true, isDisabled: isRunning, onAction: () => setRemoving(true) },
            ]}
          />
        </div>
        <div className={styles.who}>
          <span className="cut">{run.connectorTitle}</span>
          <span className="text3" aria-hidden="true">·</span>
          <IdentityLine identity={run.identity} />
          <span className="cut"><span className="text3" aria-hidden="true">· </span>{`by ${originWord(run.origin)}`}</span>
          <span className="cut" title={exactTime(run.startedAt)}><span className="text3" aria-hidden="true">· </span>{ago(run.startedAt)}</span>
        </div>
      </header>
      {actions.problem && <div className={styles.notice}><ProblemNotice problem={actions.problem} /></div>}
      <ResultViews run={run} withArguments />
      {run.timings && <Timing timings={run.timings} />}
      {actions.isAsking && (
        <ConfirmCard title={`Run ${run.tool} again?`} verb="Run again" onConfirm={actions.confirm} onKeep={actions.keep}>
          {`In ${run.connectorTitle}, ${run.identity.account}, ${run.identity.credential === null ? "without a credential" : `as ${run.identity.credential}`}, with the arguments above. It may delete or overwrite.`}
        </ConfirmCard>
      )}
      {removing && (
        <Dialog
          alert
          title={`Remove this run of ${run.tool}?`}
          onClose={() => setRemoving(false)}
          footer={
            <>
              <span className="grow" />
              <Button autoFocus onPress={() => setRemoving(false)}>Keep it</Button>
              <Button look="danger" onPress={() => { setRemoving(false); actions.remove(); }}>Remove run</Button>
            </>
          }
        >
          Its arguments and its answer leave the history for good. What the tool did stays done.
        </Dialog>
      )}
    </article>
  );
}
