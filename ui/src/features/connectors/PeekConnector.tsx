import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { statusLook } from "@/components/connectorStatus";
import { IdentityLine } from "@/components/IdentityLine";
import { nextActionKeys, nextActionLabels } from "@/components/nextAction";
import { platformName } from "@/components/platformName";
import { type AccountColour, type Connector, type NextAction } from "@/host/bindings";
import page from "./ConnectorPage.module.css";
import { DoctorStrip } from "./DoctorStrip";
import { Facts } from "./Facts";
import { LastStatus } from "./LastStatus";
import styles from "./PeekConnector.module.css";
import { useLastCheck } from "./useConnectorActions";

type Props = {
  connector: Connector;
  /** The colour that its account is known by. */
  colour: AccountColour | null | undefined;
  /** Whether any is picked: keys are for the picked ones then. */
  isSelecting: boolean;
  onOpen: (tab?: "overview" | "settings") => void;
  onNextAction: (action: NextAction, connector: Connector) => void;
  onClose: () => void;
};

/** A quick look at the selected connector, beside the list, which keeps the focus: arrows lead on to the next. */
export function PeekConnector({ connector, colour, isSelecting, onOpen, onNextAction, onClose }: Props) {
  const { check, checking } = useLastCheck(connector.id);
  const { glyph, word } = statusLook(connector, connector.changedTools);
  const { nextAction: action } = connector;
  const mainAction = action && nextActionKeys[action] === "connectors.connect" ? action : null;
  const runCheck = () => onNextAction("check", connector);
  return (
    <aside className={styles.peek} aria-label={`Preview of ${connector.title}`}>
      <header className={styles.head}>
        <ConnectorMark size="large" title={connector.title} of={connector} />
        <div className={styles.titles}>
          <div className="line">
            <h2 className={`cut ${styles.title}`} title={connector.title}>
              {connector.title}
            </h2>
            <Badge
              glyph={glyph}
              pill
              title={
                connector.status.word
                  ? `${platformName(connector.identity.platform)}: ${connector.status.word}`
                  : undefined
              }
            >
              {word}
            </Badge>
          </div>
          <IdentityLine identity={connector.identity} colour={colour} />
        </div>
        <Button look="quiet" icon="x" label="Close preview" onPress={onClose} />
      </header>
      <div className={styles.body}>
        {check || checking ? (
          <DoctorStrip
            connector={connector}
            check={check}
            checking={checking}
            onSettings={() => onOpen("settings")}
            onCheck={runCheck}
          />
        ) : (
          <LastStatus connector={connector} onCheck={runCheck} />
        )}
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
        <Button keys="Enter" onPress={() => onOpen()}>
          Open
        </Button>
      </footer>
    </aside>
  );
}
