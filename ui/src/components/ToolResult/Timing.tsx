import { type RunTimings } from "@/host/bindings";
import { duration } from "@/lib/time";
import styles from "./Timing.module.css";

type Props = { timings: RunTimings };

/** The phases of a run as bars on one scale: waiting in grey, work in accent. */
export function Timing({ timings }: Props) {
  const phases = [
    { name: timings.connectionReused === false ? "Connect" : "Prepare", length: timings.prepareMs, waits: false },
    { name: "Wait", length: timings.waitMs, waits: true },
    { name: "Download", length: timings.readMs, waits: false },
  ];
  const total = Math.max(
    1,
    phases.reduce((sum, phase) => sum + phase.length, 0),
  );
  const starts = phases.map((_, index) => phases.slice(0, index).reduce((sum, phase) => sum + phase.length, 0));
  return (
    <section className={styles.timing} aria-label="Timing">
      <header className={styles.head}>
        <h3>Timing</h3>
        {timings.connectionReused !== null && (
          <span>{timings.connectionReused ? "Reused connection" : "New connection"}</span>
        )}
      </header>
      <dl className={styles.phases}>
        {phases.map((phase, index) => (
          <div key={phase.name} className={styles.phase}>
            <dt>{phase.name}</dt>
            <dd className={styles.bar} aria-hidden="true">
              <i
                data-waits={phase.waits || undefined}
                style={{ left: `${(100 * (starts[index] ?? 0)) / total}%`, width: `${(100 * phase.length) / total}%` }}
              />
            </dd>
            <dd className={styles.length}>{duration(phase.length)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
