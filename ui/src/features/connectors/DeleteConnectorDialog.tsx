import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Code } from "@/components/Fact";
import { IdentityLine } from "@/components/IdentityLine";
import { Working } from "@/components/Working";
import { commands, type Connector } from "@/host/bindings";
import { targetOf } from "@/components/commandLine";
import { clientState } from "@/host/clientState";
import { announce } from "@/host/toasts";
import { removeConnector } from "@/host/upsert";
import { useCommand } from "@/host/useCommand";
import { useIsMounted } from "@/host/useIsMounted";
import { failedRemoval } from "./useConnectorActions";

type Props = {
  connector: Connector;
  onClose: () => void;
  /** Called even if this was closed meanwhile. */
  onDeleted: (connector: Connector) => void;
};

/** Asks before a connector is deleted at its platform, which can't be undone. */
export function DeleteConnectorDialog({ connector, onClose, onDeleted }: Props) {
  const isOpen = useIsMounted();
  const remove = useCommand({
    command: ({ id }: Connector) => commands.deleteConnector(id, true),
    onMutate: ({ title }, { client }) => {
      clientState(client).set(failedRemoval, null);
      announce(client, `Deleting ${title}`);
    },
    // Once this is closed, the page below shows it.
    onProblem: (client, error, { id }) => {
      if (!isOpen()) clientState(client).set(failedRemoval, { id, error });
    },
    update: (client, _nothing, deleted) => {
      // First, or the connector's page would report that it was not found.
      onDeleted(deleted);
      removeConnector(client, deleted.id);
    },
    toast: (_nothing, { title, identity }) => `${title} deleted from ${identity.account}`,
  });
  const { title, identity, name, remoteId } = connector;
  return (
    <ConfirmDialog
      title={`Delete ${title} from ${identity.account}?`}
      mark={<ConnectorMark size="large" title={title} of={connector} />}
      subtitle={<IdentityLine identity={identity} endpoint={targetOf(connector)} />}
      confirmLabel="Delete connector"
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(connector)}
      onClose={onClose}
    >
      <p>It's deleted for everyone who uses it. You can't undo this. Past runs stay in your history.</p>
      <p className="text2 small">
        <Code>{[name, remoteId].filter(Boolean).join(" · ")}</Code>
      </p>
      {remove.isPending && (
        <Working label="Deleting" since={remove.submittedAt}>
          Deleting. You can close this.
        </Working>
      )}
    </ConfirmDialog>
  );
}
