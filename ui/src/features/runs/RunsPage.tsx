import styles from "./Runs.module.css";
import { RunsBrowser } from "./RunsBrowser";

/** Every run, whoever asked for it. */
export function RunsPage() {
  return (
    <div className={styles.page}>
      <RunsBrowser />
    </div>
  );
}
