import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { Icon } from "@/components/Icon";
import { IdentityLine } from "@/components/IdentityLine";
import { ProblemNotice } from "@/components/ProblemNotice";
import { StillShapes } from "@/components/StillShapes";
import styles from "./ToolsPage.module.css";
import { Workbench } from "./Workbench";

/** One tool of one connector, reached from the list of all tools, from a run, or from the palette. */
export function ToolPage() {
  const { connector: id = "", tool = "" } = useParams({ strict: false });
  const { from } = useSearch({ strict: false });
  const navigate = useNavigate();
  const { data: connector, error, isPending, refetch } = useQuery(queries.connector(id));
  return (
    <div className={styles.page}>
      <header className={styles.toolbar}>
        <Link to="/tools" className={styles.crumb}>Tools</Link>
        <Icon name="chevron-right" size={12} />
        <h1 className={styles.crumb}>{connector?.title ?? id}</h1>
        <span className="grow" />
        {connector && <span className="small cut"><IdentityLine identity={connector.identity} endpoint={connector.endpoint} /></span>}
      </header>
      {isPending && <StillShapes rows={8} label="The connector is read" />}
      {error && <div className={styles.notice}><ProblemNotice problem={asProblem(error)} onRetry={() => void refetch()} /></div>}
      {connector && (
        <Workbench
          connector={connector}
          selected={tool}
          from={from ?? null}
          onSelect={(next) => {
            if (next !== tool) void navigate({ to: "/tools/$connector/$tool", params: { connector: id, tool: next }, search: {}, replace: true });
          }}
        />
      )}
    </div>
  );
}
