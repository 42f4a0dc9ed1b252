import { useQuery } from "@tanstack/react-query";
import { abilitiesOf } from "@/components/abilities";
import { useAnsweredFirst } from "@/host/useAnsweredFirst";
import { type Connector, type ConnectorId } from "@/host/bindings";
import { queries } from "@/host/queries";
import { ago } from "@/lib/time";
import styles from "./ConnectorPage.module.css";
import { DoctorStrip } from "./DoctorStrip";
import { Facts } from "./Facts";
import { Copies } from "./hosted/Copies";
import { PlatformDetails } from "./hosted/PlatformDetails";
import { LastStatus } from "./LastStatus";
import { useLastCheck } from "./useConnectorActions";

type Props = {
  connector: Connector;
  onOpen: (id: ConnectorId) => void;
  onCreateElsewhere: () => void;
  onSettings: () => void;
  onCheck: () => void;
};

/** Health, facts and copies of a connector. */
export function Overview({ connector, onOpen, onCreateElsewhere, onSettings, onCheck }: Props) {
  const { check, checking } = useLastCheck(connector.id);
  const { server } = connector;
  const { hasDetails } = abilitiesOf(connector);
  const details = useQuery({ ...queries.platformDetails(connector.id), enabled: hasDetails });
  const answered = useAnsweredFirst([
    hasDetails ? details : { isPending: false },
    useQuery(queries.copies(connector.id)),
  ]);
  return (
    <div className={styles.body}>
      <section className={styles.section} aria-label="Health">
        <div className={styles.sectionHead}>
          <h2>Connection check</h2>
          <span className="text3 small">
            {checking
              ? "Checking"
              : check?.connector.status.checkedAt && `Checked ${ago(check.connector.status.checkedAt)}`}
          </span>
        </div>
        {check || checking ? (
          <DoctorStrip
            connector={connector}
            check={check}
            checking={checking}
            onSettings={onSettings}
            onCheck={onCheck}
          />
        ) : (
          <LastStatus connector={connector} onCheck={onCheck} />
        )}
      </section>
      <section className={styles.section} aria-label="Facts">
        <h2>Details</h2>
        <Facts connector={connector} />
      </section>
      {hasDetails && <PlatformDetails connector={connector} />}
      {answered >= 1 && <Copies connector={connector} onOpen={onOpen} onCreateElsewhere={onCreateElsewhere} />}
      {answered >= 2 && server?.instructions && (
        <section className={styles.section} aria-label="Instructions">
          <h2>Server instructions</h2>
          <div className={styles.instructions} data-selectable>
            {server.instructions}
          </div>
        </section>
      )}
    </div>
  );
}
