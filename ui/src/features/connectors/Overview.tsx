import { useQuery } from "@tanstack/react-query";
import { abilitiesOf, canCopy } from "@/components/abilities";
import { Section } from "@/components/Section";
import { useScrollRegion } from "@/components/useScrollRegion";
import { useAnsweredFirst } from "@/host/useAnsweredFirst";
import { type Connector } from "@/host/bindings";
import { useNow } from "@/host/clock";
import { queries } from "@/host/queries";
import { ago } from "@/lib/time";
import styles from "./ConnectorPage.module.css";
import { Facts } from "./Facts";
import { Health } from "./Health";
import { Copies } from "./hosted/Copies";
import { PlatformDetails } from "./hosted/PlatformDetails";
import { useLastCheck } from "./useConnectorActions";

type Props = { connector: Connector; onCreateElsewhere: () => void; onSettings: () => void; onCheck: () => void };

/** Health, facts and copies of a connector. */
export function Overview({ connector, onCreateElsewhere, onSettings, onCheck }: Props) {
  const now = useNow();
  const { check, checkingSince } = useLastCheck(connector);
  const checkedAt = check?.connector.status.checkedAt;
  const { server } = connector;
  const { hasDetails } = abilitiesOf(connector);
  const details = useQuery({ ...queries.platformDetails(connector.id), enabled: hasDetails });
  const answered = useAnsweredFirst([
    hasDetails ? details : { isPending: false },
    useQuery(queries.copies(connector.id)),
  ]);
  return (
    <div className={styles.body}>
      <Section
        title="Connection check"
        label="Health"
        beside={
          <span className="text3 small">
            {checkingSince !== null ? "Checking" : checkedAt && `Checked ${ago(checkedAt, now)}`}
          </span>
        }
      >
        <Health connector={connector} onSettings={onSettings} onCheck={onCheck} />
      </Section>
      <Section title="Details" label="Facts">
        <Facts connector={connector} />
      </Section>
      {hasDetails && <PlatformDetails connector={connector} />}
      {answered >= 1 && canCopy(connector) && <Copies connector={connector} onCreateElsewhere={onCreateElsewhere} />}
      {answered >= 2 && server?.instructions && (
        <Section title="Server instructions" label="Instructions">
          <Instructions>{server.instructions}</Instructions>
        </Section>
      )}
    </div>
  );
}

function Instructions({ children }: { children: string }) {
  return (
    <div {...useScrollRegion<HTMLDivElement>()} className={styles.instructions} data-selectable>
      {children}
    </div>
  );
}
