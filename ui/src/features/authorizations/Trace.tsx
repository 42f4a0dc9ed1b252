import { useState } from "react";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { Icon } from "@/components/Icon";
import { type Authorization, type TraceStep } from "@/host/bindings";
import { clockSeconds, duration } from "@/lib/time";
import { count } from "@/lib/words";
import styles from "./Authorization.module.css";

/** The log of an authorization, collapsed at first. The host has redacted it. */
export function Trace({ authorization }: { authorization: Authorization }) {
  const [open, setOpen] = useState(false);
  const copy = useCopy();
  const { trace } = authorization;
  if (trace.length === 0) return null;
  return (
    <section aria-label="Sign-in log" className={styles.trace}>
      <div className={styles.traceHead}>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className={styles.fold}>
          <Icon name={open ? "chevron-down" : "chevron-right"} size={14} />
          <span className="medium">Sign-in log</span>
          <span className="text3">{count(trace.length, "step")}, secrets redacted</span>
        </button>
        <Button look="link" onPress={() => copy(trace.map(asText).join("\n"), "Sign-in log")}>
          Copy log
        </Button>
      </div>
      {open && (
        <ol className={styles.traceRows} ref={scrollToEnd}>
          {trace.map((step, index) => {
            const { host, path } = parts(step.target);
            return (
              <li key={index} data-selectable>
                {host !== null && host !== parts(trace[index - 1]?.target ?? "").host && (
                  <div className={styles.traceHost}>{host}</div>
                )}
                <div className={styles.traceRow}>
                  <span className="text3">{clockSeconds(step.at)}</span>
                  <span className="text2">{step.method}</span>
                  <span className={styles.traceWords}>
                    {path} <span className="text3">{step.note}</span>
                  </span>
                  <span>{step.status ?? "–"}</span>
                  <span className="text3 number">{step.durationMs === null ? "" : duration(step.durationMs)}</span>
                </div>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

/** Host and path of a target. Steps without a request have no host. */
function parts(target: string): { host: string | null; path: string } {
  const found = /^((?:https?:\/\/)?[^\s/]+)(\/\S*)$/.exec(target);
  return found ? { host: found[1] ?? null, path: found[2] ?? "" } : { host: null, path: target };
}

/** In a small window, the rows would open out of view. */
function scrollToEnd(rows: HTMLElement | null): void {
  rows?.scrollIntoView?.({ block: "nearest" });
}

function asText(step: TraceStep): string {
  const facts = [
    step.at,
    step.method,
    step.target,
    step.note,
    step.status,
    step.durationMs !== null && duration(step.durationMs),
  ];
  return facts.filter(Boolean).join("  ");
}
