import { useQuery } from "@tanstack/react-query";
import { useLayoutEffect, useRef } from "react";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { EmptyState } from "@/components/EmptyState";
import { Field } from "@/components/Field";
import { NoMatches } from "@/components/NoMatches";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Select } from "@/components/Select";
import { Skeleton } from "@/components/Skeleton";
import { type Connector, type LogLevel } from "@/host/bindings";
import { stateKey, useClientState } from "@/host/clientState";
import { queries } from "@/host/queries";
import { clockSeconds, exactTime } from "@/lib/time";
import { HeldSessions } from "./HeldSessions";
import styles from "./LogPane.module.css";
import { logLevels } from "./logLevels";

/** The log of a connector's server, and the sessions with it. */
export function LogPane({ connector }: { connector: Connector }) {
  return (
    <>
      <HeldSessions connector={connector} />
      <Log connector={connector} />
    </>
  );
}

type Lowest = LogLevel | "all";

const lowestLevels = [
  { value: "all", label: "All lines" } as const,
  ...logLevels.map(({ value, label }, index) => ({
    value,
    label: index + 1 < logLevels.length ? `${label} and above` : label,
  })),
];

/** The place of a level in their order; what has none comes before all of them. */
function severity(level: Lowest | null): number {
  return logLevels.findIndex(({ value }) => value === level);
}

function Log({ connector }: { connector: Connector }) {
  const { data, error, refetch } = useQuery(queries.serverLog(connector.id));
  const [filter, setFilter] = useClientState(stateKey("", "filter", "log", connector.id));
  const [lowest, setLowest] = useClientState(stateKey<Lowest>("all", "filter", "log-level", connector.id));
  const copy = useCopy();
  const pane = useRef<HTMLDivElement>(null);
  // New lines do not scroll away what the user scrolled up to.
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (isAtEnd.current) pane.current?.scrollTo({ top: pane.current.scrollHeight });
  }, [data, filter, lowest]);
  if (error)
    return <ErrorNotice className={styles.notice} error={error} connector={connector} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={5} label="Loading log" />;
  if (data.length === 0)
    return (
      <EmptyState icon="square-terminal" title="Nothing written yet">
        What this server writes to its log appears here{connector.command != null ? ", from its first start on" : ""}.
      </EmptyState>
    );
  const typed = filter.trim().toLowerCase();
  const lines = data.filter(
    ({ level, text }) => severity(level) >= severity(lowest) && text.toLowerCase().includes(typed),
  );
  const copyLines = () => copy(lines.map(({ at, text }) => `${at} ${text}\n`).join(""), "Log");
  return (
    <>
      <div className={styles.tools}>
        <Field label="Filter log" hideLabel soft placeholder="Filter" value={filter} onChange={setFilter} />
        <Select label="Lowest level" hideLabel options={lowestLevels} value={lowest} onChange={setLowest} />
        <span className="grow" />
        <Button small icon="copy" isDisabled={lines.length === 0} onPress={copyLines}>
          Copy
        </Button>
      </div>
      {lines.length === 0 ? (
        <NoMatches
          title="No matching lines"
          onClear={() => {
            setFilter("");
            setLowest("all");
          }}
        />
      ) : (
        <div
          ref={pane}
          className={styles.pane}
          role="log"
          aria-label="Log"
          // A scrolling region has to be reachable by keyboard.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            isAtEnd.current = scrollTop + clientHeight > scrollHeight - 24;
          }}
        >
          {lines.map(({ at, text }, index) => (
            <div key={index} className={styles.line}>
              <time className="text3" dateTime={at} title={exactTime(at)}>
                {clockSeconds(at)}
              </time>
              <span>{text}</span>
            </div>
          ))}
        </div>
      )}
    </>
  );
}
