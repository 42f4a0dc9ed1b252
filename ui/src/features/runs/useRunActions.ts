import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { commands, type Problem, type RunId, type ToolRun } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { queries } from "@/host/queries";
import { runProgress } from "@/host/runProgress";
import { isObject } from "@/lib/schema/schema";
import { toolCommand } from "@/lib/toolCommand";

type RunActions = {
  replay: () => void;
  isReplaying: boolean;
  /** The tool is destructive and wants a confirmation first. */
  isAsking: boolean;
  confirm: () => void;
  keep: () => void;
  edit: () => void;
  cancel: () => void;
  remove: () => void;
  command: string;
  problem: Problem | null;
};

/** What can be done with a run of the history. */
export function useRunActions(run: ToolRun, onShow: (id: RunId) => void, onRemoved: () => void): RunActions {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  const connector = useQuery(queries.connector(run.connector));

  const replaying = useMutation({
    mutationFn: (confirmed: boolean) =>
      call(
        commands.replayRun(
          run.id,
          confirmed,
          runProgress((step) => {
            if (step.kind === "started") onShow(step.run);
          }),
        ),
      ),
    onSuccess: (again) => {
      client.setQueryData(queries.run(again.id).queryKey, again);
      void client.invalidateQueries({ queryKey: ["runs"] });
    },
    onError: (error) => setAsking(asProblem(error).code === "confirmation_needed"),
  });
  const removing = useMutation({
    mutationFn: () => call(commands.removeRun(run.id)),
    onSuccess: () => {
      onRemoved();
      void client.invalidateQueries({ queryKey: ["runs"] });
    },
  });
  const cancelling = useMutation({ mutationFn: () => call(commands.cancelRun(run.id)) });

  const thrown = replaying.error ?? removing.error ?? cancelling.error;
  const problem = thrown ? asProblem(thrown) : null;
  return {
    replay: () => replaying.mutate(false),
    isReplaying: replaying.isPending,
    isAsking,
    confirm: () => {
      setAsking(false);
      replaying.mutate(true);
    },
    keep: () => {
      setAsking(false);
      replaying.reset();
    },
    edit: () => void navigate({ to: "/tools/$connector/$tool", params: { connector: run.connector, tool: run.tool }, search: { from: run.id } }),
    cancel: () => cancelling.mutate(),
    remove: () => removing.mutate(),
    command: toolCommand(connector.data?.name ?? run.connectorTitle, run.tool, isObject(run.arguments) ? run.arguments : {}),
    problem: problem?.code === "confirmation_needed" ? null : problem,
  };
}
