import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { IdentityLine } from "@/components/IdentityLine";
import { nextActionKeys, nextActionLabels } from "@/components/nextAction";
import { useGo } from "@/components/useGo";
import { type AccountColour, type Connector, type NextAction } from "@/host/bindings";
import page from "./ConnectorPage.module.css";
import { Facts } from "./Facts";
import { Health } from "./Health";
import styles from "./PeekConnector.module.css";
import { StatusBadge } from "./StatusBadge";

type Props = {
  connector: Connector;
  colour: AccountColour | null | undefined;
  /** Whether any row is selected, which the shortcuts apply to then. */
  isSelecting: boolean;
  onNextAction: (action: NextAction, connector: Connector) => void;
  onClose: () => void;
};

/** A preview of the active connector beside the list. The list keeps the focus, so that arrow keys move on. */
export function PeekConnector({ connector, colour, isSelecting, onNextAction, onClose }: Props) {
  const go = useGo();
  const { nextAction: action } = connector;
  const mainAction = action && nextActionKeys[action] === "connectors.connect" ? action : null;
  return (
    <aside className={styles.peek} aria-label={`Preview of ${connector.title}`}>
      <header className={styles.head}>
        <ConnectorMark size="large" title={connector.title} of={connector} />
        <div className={styles.titles}>
          <div className="line">
            <h2 className={`cut ${styles.title}`} title={connector.title}>
              {connector.title}
            </h2>
            <StatusBadge connector={connector} pill />
          </div>
          <IdentityLine identity={connector.identity} colour={colour} />
        </div>
        <Button look="quiet" icon="x" label="Close preview" onPress={onClose} />
      </header>
      <div className={styles.body}>
        <Health
          connector={connector}
          onSettings={() => go.connector(connector.id, "settings")}
          onCheck={() => onNextAction("check", connector)}
        />
        <section className={page.section} aria-label="Facts">
          <h3 className="strong">Details</h3>
          <Facts connector={connector} />
        </section>
      </div>
      <footer className={styles.foot}>
        {mainAction && (
          <Button
            keys={isSelecting ? undefined : nextActionKeys[mainAction]}
            onPress={() => onNextAction(mainAction, connector)}
          >
            {nextActionLabels[mainAction]}
          </Button>
        )}
        <Button keys="Enter" onPress={() => go.connector(connector.id)}>
          Open
        </Button>
      </footer>
    </aside>
  );
}
