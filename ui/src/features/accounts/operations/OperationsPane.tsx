import { useQuery } from "@tanstack/react-query";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { type Account } from "@/host/bindings";
import { queries } from "@/host/queries";
import { OperationList } from "./OperationList";
import { OperationRunner } from "./OperationRunner";
import styles from "./Operations.module.css";

type Props = { account: Account; title: string; selected: string | null; onSelect: (name: string) => void };

/** The operations of the account's platform: list, form, and outcome. */
export function OperationsPane({ account, title, selected, onSelect }: Props) {
  const { data: operations, error, refetch } = useQuery(queries.operations(account.id));
  if (error) return <ErrorNotice className={styles.notice} error={error} onRetry={() => void refetch()} />;
  if (!operations) return <Skeleton rows={10} oneLine label="Loading operations" />;
  if (operations.length === 0)
    return (
      <EmptyState icon="square-terminal" title="No operations">
        {title} has no API here.
      </EmptyState>
    );
  const shown = selected === null ? operations[0] : operations.find((operation) => operation.name === selected);
  return (
    <div className={styles.frame}>
      <div className={styles.bench}>
        <OperationList
          account={account.id}
          operations={operations}
          title={title}
          selected={shown?.name ?? null}
          onSelect={onSelect}
        />
        {shown ? (
          <div className={styles.work}>
            <OperationRunner key={`${account.id} ${shown.name}`} account={account} operation={shown} />
          </div>
        ) : (
          <div className={styles.nothing}>
            <EmptyState icon="square-terminal" title={`Operation ${selected} not found`}>
              Choose another.
            </EmptyState>
          </div>
        )}
      </div>
    </div>
  );
}
