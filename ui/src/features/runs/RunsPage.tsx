import styles from "./Runs.module.css";
import { RunsBrowser } from "./RunsBrowser";

export function RunsPage() {
  return (
    <div className={styles.page}>
      <RunsBrowser />
    </div>
  );
}
