import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { commands, type Problem, type ReplayTarget, type RunId, type RunLabel, type ToolRun } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { newChannel } from "@/host/channel";
import { removeRun, upsertRun } from "@/host/history";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { isObject } from "@/lib/schema/schema";
import { toolCommand } from "@/lib/toolCommand";
import { exportedWords } from "./exportedWords";

/** Where a run is repeated; `elsewhere` is null where it ran, as it was run. */
type Replay = { elsewhere: ReplayTarget | null; confirmed: boolean };

type RunActions = {
  replay: (elsewhere?: ReplayTarget, confirmed?: boolean) => void;
  isReplaying: boolean;
  /** The tool is destructive and wants a confirmation first, there. */
  asking: Replay | null;
  keep: () => void;
  edit: () => void;
  cancel: () => void;
  remove: () => void;
  /** Notes what its owner says of it; `then` is called once that is kept. */
  label: (label: RunLabel, then?: () => void) => void;
  isLabelling: boolean;
  labelProblem: Problem | null;
  /** Writes it to a file that the user chooses. */
  exportToFile: () => void;
  exportProblem: Problem | null;
  command: string;
  problem: Problem | null;
};

/** What can be done with a run of the history. */
export function useRunActions(
  run: ToolRun,
  /** Shows the run that began, beside this one where it was made elsewhere. */
  onShow: (id: RunId, beside: RunId | null) => void,
  onRemoved: () => void,
): RunActions {
  const navigate = useNavigate();
  const [asking, setAsking] = useState<Replay | null>(null);
  const connector = useQuery(queries.connector(run.connector));

  const replaying = useCommand({
    mutationFn: ({ elsewhere, confirmed }: Replay) =>
      call(
        commands.replayRun(
          run.id,
          elsewhere,
          confirmed,
          newChannel((step) => {
            if (step.kind === "started") onShow(step.run, elsewhere === null ? null : run.id);
          }),
        ),
      ),
    update: (client, again) => {
      upsertRun(client, again);
      client.setQueryData(queries.run(again.id).queryKey, again);
    },
    onError: (error, replay) => setAsking(asProblem(error).code === "confirmation_needed" ? replay : null),
  });
  const removing = useCommand({
    mutationFn: () => call(commands.removeRun(run.id)),
    update: (client) => {
      onRemoved();
      removeRun(client, run.id);
    },
  });
  const labelling = useCommand({
    mutationFn: (label: RunLabel) => call(commands.labelRun(run.id, label)),
    update: (client, summary) => {
      upsertRun(client, summary);
      client.setQueryData(queries.run(run.id).queryKey, (known) => known && { ...known, label: summary.label });
    },
  });
  const exporting = useCommand({ mutationFn: () => call(commands.exportRun(run.id)), toast: exportedWords });
  const cancelling = useCommand({ mutationFn: () => call(commands.cancelRun(run.id)) });

  const thrown = replaying.error ?? removing.error ?? cancelling.error;
  const problem = thrown ? asProblem(thrown) : null;
  return {
    replay: (elsewhere, confirmed = false) => {
      setAsking(null);
      replaying.mutate({ elsewhere: elsewhere ?? null, confirmed });
    },
    isReplaying: replaying.isPending,
    asking,
    keep: () => {
      setAsking(null);
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
    label: (label, then) => labelling.mutate(label, { onSuccess: () => then?.() }),
    isLabelling: labelling.isPending,
    labelProblem: labelling.error ? asProblem(labelling.error) : null,
    exportToFile: () => exporting.mutate(),
    exportProblem: exporting.error ? asProblem(exporting.error) : null,
    // What its schema marked was redacted before the run was kept.
    command: toolCommand(
      connector.data?.name ?? run.connectorTitle,
      run.tool,
      true,
      isObject(run.arguments) ? run.arguments : {},
    ),
    problem: problem?.code === "confirmation_needed" ? null : problem,
  };
}
