import { useQuery } from "@tanstack/react-query";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Switch } from "@/components/Switch";
import { commands } from "@/host/bindings";
import { call } from "@/host/call";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { Section } from "./Section";

export function BackgroundSettings() {
  const { data: on, error, refetch } = useQuery(queries.backgroundChecks());
  const change = useCommand({
    // One after the other, so that the last one counts.
    scope: { id: "background" },
    mutationFn: (next: boolean) => call(commands.switchBackgroundChecks(next)),
    update: (client, _nothing, next) => void client.setQueryData(queries.backgroundChecks().queryKey, next),
  });
  return (
    <Section title="Background">
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      <ErrorNotice error={change.error} />
      {on !== undefined && (
        <Switch
          isSelected={change.isPending ? change.variables : on}
          onChange={(next) => change.mutate(next)}
          help="Accounts every 10 min, connectors every 30 min. Pauses on battery saver and metered networks (Linux). Never opens a browser."
        >
          Check connectors in the background
        </Switch>
      )}
    </Section>
  );
}
