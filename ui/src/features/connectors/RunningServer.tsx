import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { passFocusOn } from "@/components/keepFocus";
import { ErrorNotice } from "@/components/ProblemNotice";
import { commands, type Connector } from "@/host/bindings";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { bytes, duration } from "@/lib/time";
import styles from "./LogPane.module.css";

/** The running process of a local server, with a button to stop it. */
export function RunningServer({ connector }: { connector: Connector }) {
  const { data } = useQuery(queries.sessions());
  const stop = useCommand({
    command: () => commands.endSession(connector.id),
    update: (client) =>
      client.setQueryData(queries.sessions().queryKey, (known) =>
        known?.filter((one) => one.connector !== connector.id),
      ),
    toast: () => `${connector.title} stopped`,
  });
  const session = data?.find((one) => one.connector === connector.id && one.pid !== null);
  if (stop.error) return <ErrorNotice error={stop.error} onRetry={() => stop.mutate()} />;
  if (!session) return null;
  return (
    <div ref={passFocusOn} className={styles.running} role="group" aria-label="Running server">
      <span className="text2">
        Running for {duration(session.seconds * 1000)} · process <span data-selectable>{session.pid}</span>
        {session.memoryKib !== null && ` · ${bytes(session.memoryKib * 1024)} of memory`}
      </span>
      <Button small isPending={stop.isPending} onPress={() => stop.mutate()}>
        Stop
      </Button>
      <span className="text3 small">Starts again when it's needed</span>
    </div>
  );
}
