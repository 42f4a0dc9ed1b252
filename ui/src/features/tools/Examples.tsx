import { useQueryClient } from "@tanstack/react-query";
import { type ConnectorId, type Json, type RunId } from "@/host/bindings";
import { queries } from "@/host/queries";
import { Button } from "@/components/Button";
import { Menu } from "@/components/Menu";
import { runStates } from "@/components/ToolResult/runWords";
import { useNow } from "@/host/clock";
import { ago, duration } from "@/lib/time";
import { joinTexts } from "@/lib/words";
import { useRecentRuns } from "./useRecentRuns";

type Props = { connector: ConnectorId; tool: string; onFill: (values: Json) => void };

/** Fills the form with the arguments of an earlier run. */
export function Examples({ connector, tool, onFill }: Props) {
  const now = useNow();
  const client = useQueryClient();
  const runs = useRecentRuns(connector, tool);
  const fill = async (id: RunId) => {
    const run = await client.fetchQuery(queries.run(id));
    onFill(run.arguments);
  };
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
