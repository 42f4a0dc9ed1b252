import { useQuery } from "@tanstack/react-query";
import { useLayoutEffect, useRef } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { type Connector } from "@/host/bindings";
import { queries } from "@/host/queries";
import { clockSeconds, exactTime } from "@/lib/time";
import styles from "./LogPane.module.css";
import { RunningServer } from "./RunningServer";

/** The log of a connector's server and, for a local server, whether it is running. */
export function LogPane({ connector }: { connector: Connector }) {
  return (
    <>
      {connector.command != null && <RunningServer connector={connector} />}
      <Log connector={connector} />
    </>
  );
}

function Log({ connector }: { connector: Connector }) {
  const { data, error, refetch } = useQuery(queries.serverLog(connector.id));
  const pane = useRef<HTMLDivElement>(null);
  // New lines do not scroll away what the user scrolled up to.
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (isAtEnd.current) pane.current?.scrollTo({ top: pane.current.scrollHeight });
  }, [data]);
  if (error)
    return <ErrorNotice className={styles.notice} error={error} connector={connector} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={5} label="Loading log" />;
  if (data.length === 0)
    return (
      <EmptyState icon="square-terminal" title="Nothing written yet">
        What this server writes to its log appears here{connector.command != null ? ", from its first start on" : ""}.
      </EmptyState>
    );
  return (
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
      {data.map(({ at, text }, index) => (
        <div key={index} className={styles.line}>
          <time className="text3" dateTime={at} title={exactTime(at)}>
            {clockSeconds(at)}
          </time>
          <span>{text}</span>
        </div>
      ))}
    </div>
  );
}
