import { useQuery } from "@tanstack/react-query";
import { everyRun, queries } from "@/host/queries";
import { Toolbar } from "@/components/Toolbar";
import styles from "./Runs.module.css";
import { RunsBrowser } from "./RunsBrowser";

/** Every run, whoever asked for it. */
export function RunsPage() {
  const { data } = useQuery(queries.runs({ ...everyRun, limit: 1 }));
  return (
    <div className={styles.page}>
      <Toolbar title="Runs" count={data?.total} />
      <RunsBrowser />
    </div>
  );
}
