import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { Icon } from "@/components/Icon";
import { IdentityLine } from "@/components/IdentityLine";
import { ErrorNotice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { Skeleton } from "@/components/Skeleton";
import { targetOf } from "@/components/commandLine";
import styles from "./ToolsPage.module.css";
import { Workbench } from "./Workbench";

/** The page of a tool. */
export function ToolPage() {
  const { connector: id = "", tool = "" } = useParams({ strict: false });
  const { from } = useSearch({ strict: false });
  const navigate = useNavigate();
  const { data: connector, error, isPending, refetch } = useQuery(queries.connector(id));
  const isGone = error !== null && asProblem(error).code === "not_found";
  useShortcut({ keys: "Escape", label: "All tools", run: () => void navigate({ to: "/tools" }) });
  return (
    <div className={styles.page} data-fill-in>
      <header className={styles.toolbar} data-drag>
        <Link to="/tools" className={styles.crumb}>
          Tools
        </Link>
        <Icon name="chevron-right" size={12} />
        <h1 className={styles.crumb}>{connector?.title ?? tool}</h1>
        {connector && !isGone && (
          <span className={`small cut ${styles.owner}`}>
            <IdentityLine identity={connector.identity} endpoint={targetOf(connector)} />
          </span>
        )}
      </header>
      {isPending && <Skeleton rows={8} label="Loading connector" />}
      {isGone && (
        <EmptyState
          icon="cable"
          title="Connector not found"
          action={<Button onPress={() => void navigate({ to: "/tools" })}>Show all tools</Button>}
        >
          Its tools are gone too.
        </EmptyState>
      )}
      {!isGone && <ErrorNotice className={styles.notice} error={error} onRetry={() => void refetch()} />}
      {connector && !isGone && (
        <Workbench
          connector={connector}
          selected={tool}
          from={from ?? null}
          onSelect={(next) => {
            if (next !== tool)
              void navigate({
                to: "/tools/$connector/$tool",
                params: { connector: id, tool: next },
                search: {},
                replace: true,
              });
          }}
        />
      )}
    </div>
  );
}
