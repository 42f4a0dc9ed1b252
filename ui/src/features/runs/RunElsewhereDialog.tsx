import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ListBox, ListBoxItem } from "react-aria-components";
import { type Connector, type ConnectorId, type ReplayTarget, type ToolRun, type ToolSummary } from "@/host/bindings";
import { queries } from "@/host/queries";
import { abilitiesOf } from "@/components/abilities";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { statusLook } from "@/components/connectorStatus";
import { ConnectorMark } from "@/components/ConnectorMark";
import { CredentialPicker } from "@/components/CredentialPicker";
import { Dialog } from "@/components/Dialog";
import { EmptyState } from "@/components/EmptyState";
import { IdentityLine } from "@/components/IdentityLine";
import { identityWith } from "@/components/identityWith";
import { credentialWord } from "@/components/identityWords";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { ConfirmCard } from "@/components/ToolResult/ConfirmCard";
import { targetOf } from "@/components/commandLine";
import { joinTexts } from "@/lib/words";
import styles from "./RunElsewhere.module.css";
import { compareText } from "@/lib/order";

type Props = {
  run: ToolRun;
  /** The target that needs a confirmation, because the tool is destructive. */
  confirmation: ReplayTarget | null;
  isPending: boolean;
  error: Error | null;
  onRun: (target: ReplayTarget, confirmed: boolean) => void;
  onKeep: () => void;
  onClose: () => void;
};

/** Repeats a run with another connector or credential. */
export function RunElsewhereDialog({ run, confirmation, isPending, error, onRun, onKeep, onClose }: Props) {
  const { others, failure, retry } = useOthers(run);
  const [chosen, setChosen] = useState<ConnectorId | null>(null);
  const [credential, setCredential] = useState<string | null>(null);
  const target = others?.find((one) => one.id === (chosen ?? others[0]?.id));
  const confirmTarget = others?.find((one) => one.id === confirmation?.connector);
  return (
    <Dialog
      title={`Run ${run.tool} elsewhere`}
      subtitle="With the same arguments; the results are compared"
      wide
      onClose={confirmTarget ? onKeep : onClose}
      footer={
        confirmTarget ? undefined : (
          <>
            <span>{target ? `${target.title} · ${identityText(target, credential)}` : ""}</span>
            <Button onPress={onClose}>{target ? "Cancel" : "Close"}</Button>
            {target && (
              <Button
                look="primary"
                isPending={isPending}
                onPress={() => onRun({ connector: target.id, credential }, false)}
              >
                Run
              </Button>
            )}
          </>
        )
      }
    >
      <ErrorNotice error={error} />
      <ErrorNotice error={failure} onRetry={retry} />
      {!others && !failure && <Skeleton rows={3} label="Loading" />}
      {others?.length === 0 && !failure && (
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
          onSelectionChange={(keys) => {
            setChosen([...keys].map(String)[0] ?? null);
            // Credential names belong to one connector.
            setCredential(null);
          }}
        >
          {others.map((connector) => (
            <ListBoxItem
              key={connector.id}
              id={connector.id}
              textValue={`${connector.title}, ${statusLook(connector).word}, ${identityText(connector, null)}`}
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
      {target && !confirmTarget && <CredentialPicker connector={target} value={credential} onChange={setCredential} />}
      {confirmTarget && confirmation && (
        <ConfirmCard
          title={`Run ${run.tool} on ${confirmTarget.title}?`}
          verb={`Run ${run.tool}`}
          onConfirm={() => onRun(confirmation, true)}
          onKeep={onKeep}
        >
          {`As ${identityText(confirmTarget, confirmation.credential)}. This tool may delete or overwrite data.`}
        </ConfirmCard>
      )}
    </Dialog>
  );
}

/** Connectors with the tool, copies first. Includes the run's own if its credential can be chosen. */
function useOthers(run: ToolRun) {
  const tools = useQuery(queries.tools(null));
  const connectors = useQuery(queries.connectors());
  const own = connectors.data?.find((one) => one.id === run.connector);
  const mayChoose = own !== undefined && abilitiesOf(own).namesCredentials;
  const names = useQuery({ ...queries.namesCredentials(run.connector), enabled: mayChoose });
  const failed = [tools, connectors, names].filter((one) => one.error);
  return {
    others: tools.data && connectors.data && othersWith(run, tools.data, connectors.data, names.data ?? false),
    failure: failed[0]?.error ?? null,
    retry: () => failed.forEach((one) => void one.refetch()),
  };
}

function othersWith(run: ToolRun, tools: ToolSummary[], connectors: Connector[], canChoose: boolean): Connector[] {
  const own = connectors.find((one) => one.id === run.connector);
  const offering = new Set(tools.filter((one) => one.name === run.tool).map((one) => one.connector));
  const isCopy = (one: Connector) => one.endpoint !== null && one.endpoint === own?.endpoint;
  return connectors
    .filter((one) => one.id !== run.connector || canChoose)
    .filter((one) => offering.has(one.id) && one.status.status !== "disabled")
    .sort((left, right) => Number(isCopy(right)) - Number(isCopy(left)) || compareText(left.title, right.title));
}

function identityText(connector: Connector, credential: string | null): string {
  const identity = identityWith(connector, credential);
  return joinTexts(", ", identity.account, credentialWord(identity), identity.user);
}
