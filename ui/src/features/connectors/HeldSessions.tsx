import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { passFocusOn } from "@/components/keepFocus";
import { ErrorNotice } from "@/components/ProblemNotice";
import { type Connector } from "@/host/bindings";
import { queries } from "@/host/queries";
import { useEndSessions } from "@/host/useEndSessions";
import { bytes, duration } from "@/lib/time";
import { allOf, count } from "@/lib/words";
import styles from "./LogPane.module.css";

/** The sessions of a connector that are kept open between commands, with a button to end them. */
export function HeldSessions({ connector: { id, title, command } }: { connector: Connector }) {
  const isLocal = command != null;
  const { data } = useQuery(queries.sessions());
  const end = useEndSessions(isLocal ? `${title} stopped` : `Session with ${title} ended`);
  const sessions = data?.filter((one) => one.connector === id) ?? [];
  if (end.error) return <ErrorNotice error={end.error} onRetry={() => end.mutate([id])} />;
  if (sessions.length === 0) return null;
  const age = duration(Math.max(1, ...sessions.map(({ seconds }) => seconds)) * 1000);
  const processes = sessions.flatMap(({ pid }) => (pid === null ? [] : [String(pid)]));
  const memory = sessions.reduce((sum, { memoryKib }) => sum + (memoryKib ?? 0), 0);
  return (
    <div ref={passFocusOn} className={styles.running} role="group" aria-label={isLocal ? "Running server" : "Session"}>
      <span className="text2">
        {isLocal ? (
          <>
            Running for {age} · {processes.length === 1 ? "process" : "processes"}{" "}
            <span data-selectable>{allOf(processes)}</span>
            {memory > 0 && ` · ${bytes(memory * 1024)} of memory`}
          </>
        ) : (
          `${sessions.length === 1 ? "Session" : count(sessions.length, "session")} kept for ${age}`
        )}
      </span>
      <Button small isPending={end.isPending} onPress={() => end.mutate([id])}>
        Stop
      </Button>
      <span className="text3 small">{isLocal ? "Starts again when it's needed" : "The next use starts a new one"}</span>
    </div>
  );
}
