import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type RunId } from "@/host/bindings";
import { queries } from "@/host/queries";
import { Icon } from "@/components/Icon";
import { type Comparing, newComparison } from "./comparing";
import { RunDetail } from "./RunDetail";
import styles from "./Runs.module.css";

/** The page of a run. `with` in its address names the run to compare with; empty means the previous one. */
export function RunPage() {
  const { run: id = "" } = useParams({ strict: false });
  const { with: partner } = useSearch({ strict: false });
  return <Shown key={`${id} ${partner ?? ""}`} id={id} partner={partner} />;
}

function Shown({ id, partner }: { id: RunId; partner: RunId | undefined }) {
  const [comparing, setComparing] = useState<Comparing | null>(
    partner === undefined ? null : { ...newComparison, partner: partner === "" ? null : partner },
  );
  const { data: run } = useQuery(queries.run(id));
  const navigate = useNavigate();
  return (
    <div className={styles.page}>
      <header className={styles.toolbar} data-drag>
        <Link to="/runs">Runs</Link>
        <Icon name="chevron-right" size={12} />
        <h1>{run?.tool ?? "Run"}</h1>
      </header>
      <RunDetail
        id={id}
        comparing={comparing}
        onCompare={setComparing}
        onShow={(run, beside) =>
          void navigate({
            to: "/runs/$run",
            params: { run },
            search: beside === null ? {} : { with: beside },
            replace: true,
          })
        }
        onRemoved={() => void navigate({ to: "/runs" })}
      />
    </div>
  );
}
