import styles from "./Runs.module.css";
import { RunsBrowser } from "./RunsBrowser";

/** Every run, of the window and the command line. */
export function RunsPage() {
  return (
    <div className={styles.page}>
      <RunsBrowser />
    </div>
  );
}
