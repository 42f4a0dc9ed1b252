import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { Section } from "@/components/Section";
import { type Connector, type ControlGroup } from "@/host/bindings";
import { queries } from "@/host/queries";
import { ActionControl, controlKey, shownControls } from "./ActionControls";
import { ActionDialog, type PendingAction } from "./ActionDialog";
import styles from "./Hosted.module.css";

/** The switches and buttons that a platform offers for a connector. Its facts are shown by `Facts`. */
export function PlatformDetails({ connector }: { connector: Connector }) {
  const [pending, setPending] = useState<PendingAction | null>(null);
  return (
    <>
      <Details connector={connector} onAsk={setPending} />
      {/* Not within the details: input survives when they are read again and no longer offer the action. */}
      {pending && <ActionDialog connector={connector} {...pending} onClose={() => setPending(null)} />}
    </>
  );
}

type ControlProps = { connector: Connector; onAsk: (pending: PendingAction) => void };

function Details({ connector, onAsk }: ControlProps) {
  const { data, error, refetch } = useQuery(queries.platformDetails(connector.id));
  const { account } = connector.identity;
  if (!data && !error) return <Skeleton rows={3} label={`Loading from ${account}`} />;
  if (!error && data?.groups.length === 0) return null;
  return (
    <Section title={`On ${account}`}>
      <ErrorNotice error={error} connector={connector} onRetry={() => void refetch()} />
      {data && data.groups.length > 0 && (
        <div className={styles.groups}>
          {data.groups.map((group) => (
            <Group key={group.title} connector={connector} onAsk={onAsk} group={group} />
          ))}
        </div>
      )}
    </Section>
  );
}

function Group({ connector, onAsk, group }: ControlProps & { group: ControlGroup }) {
  return (
    <div role="group" aria-label={group.title} className={styles.group}>
      <div className={styles.groupWords}>
        <span className="medium">{group.title}</span>
        {group.help && <span className="text3 small">{group.help}</span>}
      </div>
      <div className={styles.controls}>
        {shownControls(group.controls).map((control) => (
          <ActionControl key={controlKey(control)} connector={connector} onAsk={onAsk} control={control} />
        ))}
      </div>
    </div>
  );
}
