import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/Button";
import { commands, type Connector } from "@/host/bindings";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import styles from "./ConnectorPage.module.css";

/** The last log line of a program that is starting, and a button to cancel. The program may be downloading first. */
export function Starting({ connector }: { connector: Connector }) {
  const [since] = useState(() => Date.now());
  const { data } = useQuery(queries.serverLog(connector.id));
  const cancel = useCommand({ command: commands.cancelCheck });
  const last = data?.filter(({ at }) => Date.parse(at) >= since).at(-1);
  return (
    <div className={styles.actions}>
      <Button small isPending={cancel.isPending} onPress={() => cancel.mutate(connector.id)}>
        Cancel
      </Button>
      <span className="mono text2 small cut" data-selectable>
        {last?.text}
      </span>
    </div>
  );
}
