import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Dialog } from "@/components/Dialog";
import { IdentityLine } from "@/components/IdentityLine";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Seconds } from "@/components/Seconds";
import { StatusGlyph } from "@/components/StatusGlyph";
import { type Connector } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { targetOf } from "@/components/commandLine";
import { useDeleteConnector } from "./useConnectorActions";

type Props = { connector: Connector; onClose: () => void; onDeleted: () => void };

/** Asks before a connector is deleted at its platform, where nothing brings it back. */
export function DeleteConnectorDialog({ connector, onClose, onDeleted }: Props) {
  const remove = useDeleteConnector();
  const { title, identity, name, remoteId } = connector;
  const submit = () => remove.mutate(connector, { onSuccess: onDeleted });
  return (
    <Dialog
      alert
      title={`Delete ${title} from ${identity.account}?`}
      mark={<ConnectorMark size="large" title={title} of={connector} />}
      subtitle={<IdentityLine identity={identity} endpoint={targetOf(connector)} />}
      onClose={onClose}
      footer={
        <>
          <Button autoFocus onPress={onClose}>
            {remove.isPending ? "Close" : "Cancel"}
          </Button>
          <Button look="danger" isPending={remove.isPending} onPress={submit}>
            Delete connector
          </Button>
        </>
      }
    >
      <p>It's deleted for everyone who uses it. You can't undo this. Past runs stay in your history.</p>
      <p className="text2 small">
        <span className="mono" data-selectable>
          {[name, remoteId].filter(Boolean).join(" · ")}
        </span>
      </p>
      {remove.isPending && (
        <div className="line text2" role="group" aria-label="Deleting">
          <StatusGlyph name="authorizing" />
          <span className="grow">Deleting. You can close this.</span>
          <span className="text3" aria-hidden="true">
            <Seconds since={remove.submittedAt} />
          </span>
        </div>
      )}
      {remove.error && <ProblemNotice problem={asProblem(remove.error)} onRetry={submit} />}
    </Dialog>
  );
}
