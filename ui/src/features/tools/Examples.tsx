import { useQueryClient } from "@tanstack/react-query";
import { type ConnectorId, type Json, type RunId } from "@/host/bindings";
import { queries } from "@/host/queries";
import { Button } from "@/components/Button";
import { Menu } from "@/components/Menu";
import { runStates } from "@/components/ToolResult/runWords";
import { asProblem } from "@/host/call";
import { useNow } from "@/host/clock";
import { useToasts } from "@/host/toasts";
import { ago, duration } from "@/lib/time";
import { joinTexts, sentence } from "@/lib/words";
import { useRecentRuns } from "./useRecentRuns";

type Props = { connector: ConnectorId; tool: string; onFill: (values: Json) => void };

/** Fills the form with the arguments of an earlier run. */
export function Examples({ connector, tool, onFill }: Props) {
  const now = useNow();
  const client = useQueryClient();
  const runs = useRecentRuns(connector, tool);
  const { toast } = useToasts();
  const fill = (id: RunId) =>
    client.fetchQuery(queries.run(id)).then(
      (run) => onFill(run.arguments),
      (thrown: unknown) => toast(`Arguments not loaded. ${sentence(asProblem(thrown).message)}`),
    );
  if (runs.length === 0) return null;
  return (
    <Menu
      label="Recent arguments"
      trigger={
        <Button look="link" small icon="history">
          Recent
        </Button>
      }
      actions={runs.map((run) => ({
        id: run.id,
        label: joinTexts(
          " · ",
          run.argumentsLine,
          ago(run.startedAt, now),
          runStates[run.state].word,
          run.durationMs !== null && duration(run.durationMs),
        ),
        onAction: () => void fill(run.id),
      }))}
    />
  );
}
