import { useState } from "react";
import { abilitiesOf } from "@/components/abilities";
import { Badge } from "@/components/Badge";
import { ConnectorMark } from "@/components/ConnectorMark";
import { statusLook } from "@/components/connectorStatus";
import { Icon } from "@/components/Icon";
import { credentialWord } from "@/components/identityWords";
import { PlatformTile } from "@/components/PlatformTile";
import { nextActionKeys, nextActionLabels } from "@/components/nextAction";
import { Tag } from "@/components/Tag";
import { RowButton } from "@/components/RowButton";
import { TwoLines } from "@/components/TwoLines";
import { platformName } from "@/components/platformName";
import { type AccountColour, type Authorization, type Connector, type NextAction } from "@/host/bindings";
import { classes } from "@/lib/classes";
import { targetOf } from "@/components/commandLine";
import { age, ago, asOf, exactTime, expires, timeLeft } from "@/lib/time";
import { capital, count, cutMiddle, shortAddress } from "@/lib/words";
import styles from "./Connectors.module.css";
import { type Outcome } from "./useBulk";

type Props = {
  connector: Connector;
  isActive: boolean;
  /** Whether its account does not answer, so that the row may be old. */
  isStale: boolean;
  /** The consent under way for it. */
  authorization: Authorization | undefined;
  /** The colour that its account is known by. */
  colour: AccountColour | null | undefined;
  /** Whether it is picked for something done to many. */
  isSelected: boolean;
  /** Whether any is: keys are for the picked ones then. */
  isSelecting: boolean;
  /** How that went with it. */
  outcome: Outcome | undefined;
  onToggleSelected: (connector: Connector) => void;
  onNextAction: (action: NextAction, connector: Connector) => void;
};

/** The cells of one row: name, status, account and identity, tools, last success, and one button. */
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
  const { glyph, word } = statusLook(connector, connector.changedTools);
  const { identity, status, nextAction: action } = connector;
  const place = targetOf(connector);
  const type = connector.connectorType;
  const text = outcome?.words ?? reason(connector, authorization);
  const facts = [credentialWord(identity), identity.level, identity.expiresAt && expires(identity.expiresAt)];
  return (
    <>
      <span className="line">
        <SelectMark connector={connector} isSelected={isSelected} onToggle={onToggleSelected} />
        <TwoLines
          first={<Name connector={connector} saysDraft={connector.draft && word !== "Draft"} />}
          second={place ? cutMiddle(connector.command ? place : shortAddress(place), 44) : type}
          title={place ?? type ?? undefined}
        />
      </span>
      <TwoLines
        first={
          <Badge glyph={glyph} title={status.word ? `${platformName(identity.platform)}: ${status.word}` : undefined}>
            {word}
          </Badge>
        }
        second={text}
        title={text}
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
          <Icon name="clock" size={12} /> {asOf(status.checkedAt)}
        </span>
      ) : (
        <span className={styles.lastOk} title={status.lastOkAt ? exactTime(status.lastOkAt) : undefined}>
          {status.lastOkAt ? age(status.lastOkAt) : "—"}
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

/** The pointer's way to select; X does it by key. The focus stays with the list. */
function SelectMark({ connector, isSelected, onToggle }: SelectProps) {
  const [isOver, setIsOver] = useState(false);
  return (
    <button
      type="button"
      className={styles.pick}
      tabIndex={-1}
      aria-pressed={isSelected}
      // Its name too, for its letters are none.
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

/** What it is called, and what is particular about it. */
function Name({ connector, saysDraft }: { connector: Connector; saysDraft: boolean }) {
  if (!connector.favourite && !saysDraft && !connector.allowsPlainHttp)
    return <span className="medium">{connector.title}</span>;
  return (
    <span className={styles.name}>
      <span className="medium cut">{connector.title}</span>
      {connector.favourite && <Icon name="star" size={12} />}
      {saysDraft && <span className="text3 small">Draft</span>}
      {connector.allowsPlainHttp && <Tag tone="warn">Not encrypted</Tag>}
    </span>
  );
}

function reason(connector: Connector, authorization: Authorization | undefined): string | undefined {
  const { status } = connector;
  if (authorization)
    return authorization.state === "awaiting_user"
      ? `Waiting for you, ${timeLeft(authorization.deadlineAt)}`
      : "Signing in";
  if (status.reason) return capital(status.reason);
  if (status.status === "ready" && connector.toolCount !== null) return count(connector.toolCount, "tool");
  if (connector.draft) return "Not connected yet";
  if (!status.checkedAt) return "Not checked yet";
  return `${abilitiesOf(connector).reportsStatus ? "Updated" : "Checked"} ${ago(status.checkedAt)}`;
}

/** What assistive technology reads of a row. */
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
