import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { commands, type ReplayTarget, type RunId, type RunLabel, type ToolRun } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { newChannel } from "@/host/channel";
import { removeRun, upsertRun } from "@/host/history";
import { queries } from "@/host/queries";
import { lastError, useCommand } from "@/host/useCommand";
import { useIsMounted } from "@/host/useIsMounted";
import { isObject } from "@/lib/schema/schema";
import { toolCommand } from "@/lib/toolCommand";
import { exportedWords } from "./exportedWords";

/** A repetition of a run; `elsewhere` is `null` for the same connector and credential. */
type Replay = { elsewhere: ReplayTarget | null; confirmed: boolean };

/**
 * The actions on a run of the history. `onShow` shows a run that has started, beside this one where the target differs.
 */
export function useRunActions(run: ToolRun, onShow: (id: RunId, beside: RunId | null) => void, onRemoved: () => void) {
  const navigate = useNavigate();
  // The replay of a destructive tool that waits for its confirmation.
  const [confirmation, setConfirmation] = useState<Replay | null>(null);
  const connector = useQuery(queries.connector(run.connector));
  // A start or a removal may be reported after the user has gone elsewhere, and must not take them away.
  const isMounted = useIsMounted();

  const replaying = useCommand({
    mutationFn: ({ elsewhere, confirmed }: Replay) =>
      call(
        commands.replayRun(
          run.id,
          elsewhere,
          confirmed,
          newChannel((step) => {
            if (step.kind === "started" && isMounted()) onShow(step.run, elsewhere === null ? null : run.id);
          }),
        ),
      ),
    update: (client, again) => {
      upsertRun(client, again);
      client.setQueryData(queries.run(again.id).queryKey, again);
    },
    unseenFailure: () => `${run.tool} not run again`,
    onError: (error, replay) => setConfirmation(asProblem(error).code === "confirmation_needed" ? replay : null),
  });
  const removing = useCommand({
    mutationFn: () => call(commands.removeRun(run.id)),
    update: (client) => {
      if (isMounted()) onRemoved();
      removeRun(client, run.id);
    },
    unseenFailure: () => "Run not deleted",
  });
  const labelling = useCommand({
    mutationFn: (label: RunLabel) => call(commands.labelRun(run.id, label)),
    update: (client, summary) => {
      upsertRun(client, summary);
      client.setQueryData(queries.run(run.id).queryKey, (known) => known && { ...known, label: summary.label });
    },
    unseenFailure: () => "Name, note or pin not saved",
  });
  const exporting = useCommand({ mutationFn: () => call(commands.exportRun(run.id)), toast: exportedWords });
  const cancelling = useCommand({ mutationFn: () => call(commands.cancelRun(run.id)) });

  // A run that has ended needs no cancelling.
  const error = lastError(replaying, removing, ...(run.state === "running" ? [cancelling] : []));
  return {
    replay: (elsewhere?: ReplayTarget, confirmed = false) => {
      setConfirmation(null);
      replaying.mutate({ elsewhere: elsewhere ?? null, confirmed });
    },
    isReplaying: replaying.isPending,
    confirmation,
    closeConfirmation: () => {
      setConfirmation(null);
      replaying.reset();
    },
    edit: () =>
      void navigate({
        to: "/tools/$connector/$tool",
        params: { connector: run.connector, tool: run.tool },
        search: { from: run.id },
      }),
    cancel: () => cancelling.mutate(),
    remove: () => removing.mutate(),
    label: (label: RunLabel, onSaved?: () => void) => labelling.mutate(label, { onSuccess: () => onSaved?.() }),
    isLabelling: labelling.isPending,
    labelError: labelling.error,
    forgetLabelError: () => !labelling.isPending && labelling.reset(),
    exportToFile: () => exporting.mutate(),
    exportError: exporting.error,
    // Secrets that the schema marks were redacted when the run was stored.
    command: toolCommand(
      connector.data?.name ?? run.connectorTitle,
      run.tool,
      true,
      isObject(run.arguments) ? run.arguments : {},
      { credential: run.credential, asTask: run.asTask },
    ),
    error: error && asProblem(error).code === "confirmation_needed" ? null : error,
  };
}
