import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { Seconds } from "@/components/Seconds";
import { commands, type Connector } from "@/host/bindings";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import styles from "./ConnectorPage.module.css";

/** How long a program has been starting, its last log line, and a button to cancel. It may be downloading first. */
export function Starting({ connector, since }: { connector: Connector; since: number }) {
  const { data } = useQuery(queries.serverLog(connector.id));
  const cancel = useCommand({ command: commands.cancelCheck });
  const last = data?.filter(({ at }) => Date.parse(at) >= since).at(-1);
  return (
    <div className={styles.actions}>
      <Button small isPending={cancel.isPending} onPress={() => cancel.mutate(connector.id)}>
        Cancel
      </Button>
      <span className="text3 small">
        <Seconds since={since} />
      </span>
      <span className="mono text2 small cut" data-selectable>
        {last?.text}
      </span>
    </div>
  );
}
