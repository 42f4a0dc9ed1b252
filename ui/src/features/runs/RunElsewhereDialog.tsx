import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ListBox, ListBoxItem } from "react-aria-components";
import { type Connector, type ConnectorId, type Problem, type ToolRun } from "@/host/bindings";
import { queries } from "@/host/queries";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { statusLook } from "@/components/connectorStatus";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Dialog } from "@/components/Dialog";
import { EmptyState } from "@/components/EmptyState";
import { IdentityLine } from "@/components/IdentityLine";
import { credentialWord } from "@/components/identityWords";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { ConfirmCard } from "@/components/ToolResult/ConfirmCard";
import { targetOf } from "@/components/commandLine";
import styles from "./RunElsewhere.module.css";

type Props = {
  run: ToolRun;
  /** The connector that has to be confirmed, for the tool is destructive. */
  asking: ConnectorId | null;
  isPending: boolean;
  problem: Problem | null;
  onRun: (connector: ConnectorId, confirmed: boolean) => void;
  onKeep: () => void;
  onClose: () => void;
};

/** Chooses the connector on which a run is repeated: a copy of its own, or one under another identity. */
export function RunElsewhereDialog({ run, asking, isPending, problem, onRun, onKeep, onClose }: Props) {
  const others = useOthers(run);
  const [chosen, setChosen] = useState<ConnectorId | null>(null);
  const target = others?.find((one) => one.id === (chosen ?? others[0]?.id));
  const asked = others?.find((one) => one.id === asking);
  return (
    <Dialog
      title={`Run ${run.tool} on another connector`}
      subtitle="With the same arguments, and the results compared"
      wide
      onClose={onClose}
      footer={
        asked ? undefined : (
          <>
            <span>{target ? `${target.title} · ${who(target)}` : ""}</span>
            <Button onPress={onClose}>{target ? "Cancel" : "Close"}</Button>
            {target && (
              <Button look="primary" isPending={isPending} onPress={() => onRun(target.id, false)}>
                Run
              </Button>
            )}
          </>
        )
      }
    >
      {problem && <ProblemNotice problem={problem} />}
      {!others && <Skeleton rows={3} label="Loading" />}
      {others?.length === 0 && (
        <EmptyState
          icon="cable"
          title="No other connector has this tool"
        >{`Add ${run.connectorTitle} again with a different sign-in.`}</EmptyState>
      )}
      {others && others.length > 0 && target && (
        <ListBox
          aria-label="Connectors with this tool"
          className={styles.list ?? ""}
          selectionMode="single"
          disallowEmptySelection
          autoFocus
          selectedKeys={[target.id]}
          onSelectionChange={(keys) => setChosen([...keys].map(String)[0] ?? null)}
        >
          {others.map((connector) => (
            <ListBoxItem
              key={connector.id}
              id={connector.id}
              textValue={`${connector.title}, ${statusLook(connector).word}, ${who(connector)}`}
              className={styles.item ?? ""}
            >
              <ConnectorMark title={connector.title} of={connector} />
              <span className="stack grow">
                <span className="line">
                  <span className="medium cut">{connector.title}</span>
                  <Badge glyph={statusLook(connector).glyph}>{statusLook(connector).word}</Badge>
                </span>
                <span className="small text2">
                  <IdentityLine identity={connector.identity} endpoint={targetOf(connector)} />
                </span>
              </span>
            </ListBoxItem>
          ))}
        </ListBox>
      )}
      {asked && (
        <ConfirmCard
          title={`Run ${run.tool} on ${asked.title}?`}
          verb={`Run ${run.tool}`}
          onConfirm={() => onRun(asked.id, true)}
          onKeep={onKeep}
        >
          {`As ${who(asked)}. This tool may delete or overwrite data.`}
        </ConfirmCard>
      )}
    </Dialog>
  );
}

/** The other connectors that offer the tool; copies at the same address first. */
function useOthers(run: ToolRun): Connector[] | undefined {
  const { data: tools } = useQuery(queries.tools(null));
  const { data: connectors } = useQuery(queries.connectors());
  if (!tools || !connectors) return undefined;
  const own = connectors.find((one) => one.id === run.connector);
  const offering = new Set(tools.filter((one) => one.name === run.tool).map((one) => one.connector));
  const isCopy = (one: Connector) => one.endpoint !== null && one.endpoint === own?.endpoint;
  return connectors
    .filter((one) => one.id !== run.connector && offering.has(one.id) && one.status.status !== "disabled")
    .sort((left, right) => Number(isCopy(right)) - Number(isCopy(left)) || left.title.localeCompare(right.title));
}

function who({ identity }: Connector): string {
  return [identity.account, credentialWord(identity), identity.user].filter(Boolean).join(", ");
}
