import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Icon } from "@/components/Icon";
import { RunDetail } from "./RunDetail";
import styles from "./Runs.module.css";

/** One run, reached by its address. */
export function RunPage() {
  const { run: id = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  return (
    <div className={styles.page}>
      <header className={styles.toolbar}>
        <Link to="/runs">Runs</Link>
        <Icon name="chevron-right" size={12} />
        <h1>Run</h1>
      </header>
      <RunDetail
        id={id}
        onShow={(run) => void navigate({ to: "/runs/$run", params: { run }, replace: true })}
        onRemoved={() => void navigate({ to: "/runs" })}
      />
    </div>
  );
}
