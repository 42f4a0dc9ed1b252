import { useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { ConnectorMark } from "@/components/ConnectorMark";
import { statusLook } from "@/components/connectorStatus";
import { Icon } from "@/components/Icon";
import { credentialWord } from "@/components/identityWords";
import { levelWord } from "@/components/levels";
import { PlatformTile } from "@/components/PlatformTile";
import { nextActionKeys, nextActionLabels } from "@/components/nextAction";
import { Tag } from "@/components/Tag";
import { RowButton } from "@/components/RowButton";
import { TwoLines } from "@/components/TwoLines";
import { type AccountColour, type Authorization, type Connector, type NextAction } from "@/host/bindings";
import { classes } from "@/lib/classes";
import { targetOf } from "@/components/commandLine";
import { useNow } from "@/host/clock";
import { age, ago, asOf, exactTime, expires, timeLeft } from "@/lib/time";
import { capital, count, cutMiddle, shortAddress } from "@/lib/words";
import styles from "./Connectors.module.css";
import { StatusBadge } from "./StatusBadge";
import { type Outcome } from "./useBulk";

type Props = {
  connector: Connector;
  isActive: boolean;
  /** Whether its account does not respond, so that the row may be out of date. */
  isStale: boolean;
  /** Sign-in in progress. */
  authorization: Authorization | undefined;
  colour: AccountColour | null | undefined;
  isSelected: boolean;
  /** Whether any row is selected, which the shortcuts apply to then. */
  isSelecting: boolean;
  /** Result of the last bulk action. */
  outcome: Outcome | undefined;
  onToggleSelected: (connector: Connector) => void;
  onNextAction: (action: NextAction, connector: Connector) => void;
};

/** The cells of one row of the list. */
export function ConnectorRow({
  connector,
  isActive,
  isStale,
  authorization,
  colour,
  isSelected,
  isSelecting,
  outcome,
  onToggleSelected,
  onNextAction,
}: Props) {
  const now = useNow();
  const { word } = statusLook(connector, connector.changedTools);
  const { identity, status, nextAction: action } = connector;
  const target = targetOf(connector);
  const type = connector.connectorType;
  const reason = outcome?.words ?? statusReason(connector, authorization, now);
  const facts = [
    credentialWord(identity),
    levelWord(identity.level),
    identity.expiresAt && expires(identity.expiresAt, now),
  ];
  return (
    <>
      <span className="line">
        <SelectMark connector={connector} isSelected={isSelected} onToggle={onToggleSelected} />
        <TwoLines
          first={<Name connector={connector} showsDraft={connector.draft && word !== "Draft"} />}
          second={target ? cutMiddle(connector.command ? target : shortAddress(target), 44) : type}
          title={target ?? type ?? undefined}
        />
      </span>
      <TwoLines
        first={<StatusBadge connector={connector} />}
        second={reason}
        title={reason}
        failed={outcome?.state === "failed"}
        indent
      />
      <span className={classes("line", styles.where)} title={[identity.account, ...facts].filter(Boolean).join(" · ")}>
        <PlatformTile platform={identity.platform} colour={colour} />
        <TwoLines first={identity.account} second={facts.filter(Boolean).join(" · ")} />
      </span>
      <span className={styles.tools}>{connector.toolCount ?? "—"}</span>
      {isStale && status.checkedAt ? (
        <span className={styles.lastOk} title={`Checked ${exactTime(status.checkedAt)}`}>
          <Icon name="clock" size={12} /> {asOf(status.checkedAt, now)}
        </span>
      ) : (
        <span className={styles.lastOk} title={status.lastOkAt ? exactTime(status.lastOkAt) : undefined}>
          {status.lastOkAt ? age(status.lastOkAt, now) : "—"}
        </span>
      )}
      <span className={styles.fix}>
        {action && (
          <RowButton
            words={nextActionLabels[action]}
            subject={connector.title}
            keys={isActive && !isSelecting ? nextActionKeys[action] : undefined}
            inTabOrder={isActive}
            onPress={() => onNextAction(action, connector)}
          />
        )}
      </span>
    </>
  );
}

type SelectProps = { connector: Connector; isSelected: boolean; onToggle: (connector: Connector) => void };

/** Selects a row by pointer. The focus stays on the list, where X selects by keyboard. */
function SelectMark({ connector, isSelected, onToggle }: SelectProps) {
  const [isOver, setIsOver] = useState(false);
  return (
    <button
      type="button"
      className={styles.pick}
      tabIndex={-1}
      aria-pressed={isSelected}
      // Also the accessible name, because the initials in it are decoration.
      title={`Select ${connector.title}`}
      onPointerEnter={() => setIsOver(true)}
      onPointerLeave={() => setIsOver(false)}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onToggle(connector)}
    >
      <ConnectorMark title={connector.title} of={connector} />
      {(isSelected || isOver) && (
        <span className={styles.tick}>
          <Icon name="check" size={14} />
        </span>
      )}
    </button>
  );
}

/** The title, with marks for a favorite, a draft and an unencrypted connection. */
function Name({ connector, showsDraft }: { connector: Connector; showsDraft: boolean }) {
  if (!connector.favourite && !showsDraft && !connector.allowsPlainHttp)
    return <span className="medium">{connector.title}</span>;
  return (
    <span className={styles.name}>
      <span className="medium cut">{connector.title}</span>
      {connector.favourite && <Icon name="star" size={12} />}
      {showsDraft && <span className="text3 small">Draft</span>}
      {connector.allowsPlainHttp && <Tag tone="warn">Not encrypted</Tag>}
    </span>
  );
}

function statusReason(connector: Connector, authorization: Authorization | undefined, now: Date): string | undefined {
  const { status } = connector;
  // A connector that is ready meanwhile was signed in by another process, such as the command line.
  if (authorization && status.status !== "ready")
    return authorization.state === "awaiting_user"
      ? `Waiting for you, ${timeLeft(authorization.deadlineAt, now)}`
      : "Signing in";
  if (status.reason) return capital(status.reason);
  if (status.status === "ready" && connector.toolCount !== null) return count(connector.toolCount, "tool");
  if (connector.draft) return "Not connected yet";
  if (!status.checkedAt) return "Not checked yet";
  return `${abilitiesOf(connector).reportsStatus ? "Updated" : "Checked"} ${ago(status.checkedAt, now)}`;
}

/** Accessible name of a row. */
export function rowName(connector: Connector): string {
  const { identity, toolCount } = connector;
  const text = [
    connector.title,
    statusLook(connector, connector.changedTools).word,
    connector.status.reason,
    identity.account,
    identity.credential,
    toolCount === null ? null : count(toolCount, "tool"),
  ];
  return text.filter(Boolean).join(", ");
}
