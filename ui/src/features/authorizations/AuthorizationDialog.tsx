import { useEffect, useRef } from "react";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { isInProgress } from "@/components/connectorStatus";
import { Dialog } from "@/components/Dialog";
import { type Fix } from "@/components/FixContext";
import { IdentityLine } from "@/components/IdentityLine";
import { useShortcut } from "@/components/shortcuts";
import { useToasts } from "@/host/toasts";
import { type Authorization, type Connector } from "@/host/bindings";
import { AuthorizationEnd } from "./AuthorizationEnd";
import { AuthorizationSteps, sayState } from "./AuthorizationSteps";
import { Trace } from "./Trace";
import { useAuthorizationActions } from "./useAuthorizationActions";

type Props = {
  authorization: Authorization;
  connector: Connector | undefined;
  toolCount: number | null;
  /** Closes the dialog; an authorization in progress continues. */
  onHide: () => void;
  /** The action that needed the sign-in, offered again after it. */
  retry?: Fix | null;
  /** Goes back to the options; absent if there were none. */
  onOptions?: (() => void) | undefined;
  /** Starts another authorization; absent if the connector is gone. */
  onAgain: (() => void) | undefined;
  /** Starts another authorization at the issuer that the server names now; absent if the connector is gone. */
  onAcceptIssuer?: ((issuer: string) => void) | undefined;
  /** Absent if the sign-in fills a form, or the connector is gone. */
  onOpenConnector: (() => void) | undefined;
};

/** The dialog of one authorization: its steps, then its result, and the log. */
export function AuthorizationDialog({
  authorization,
  connector,
  toolCount,
  onHide,
  retry,
  onOptions,
  onAgain,
  onAcceptIssuer,
  onOpenConnector,
}: Props) {
  const actions = useAuthorizationActions(authorization.id);
  const underWay = isInProgress(authorization.state);
  const change = authorization.issuerChange;
  useSpokenState(authorization);
  const cancel = () => actions.cancel.mutate();
  const toConnector = toolCount ? "View tools" : "Open connector";
  const continueLabel = onOpenConnector ? toConnector : authorization.granted?.length ? "Back" : "Close";
  return (
    <Dialog
      title={`Sign in to ${authorization.connectorTitle}`}
      mark={<ConnectorMark size="large" title={authorization.connectorTitle} of={connector} />}
      subtitle={<IdentityLine identity={authorization.identity} />}
      closeLabel={underWay ? "Hide (sign-in continues)" : "Close"}
      onClose={onHide}
      footer={
        underWay ? (
          <>
            <span>You can close this; the sign-in continues.</span>
            <CancelKey onCancel={cancel} />
            {onOptions && <Button onPress={onOptions}>Options…</Button>}
            <Button keys="form.cancel" onPress={cancel} isPending={actions.cancel.isPending}>
              Cancel sign-in
            </Button>
          </>
        ) : (
          <>
            <span />
            {authorization.state === "authorized" ? (
              <>
                {onOpenConnector && <Button onPress={onHide}>Close</Button>}
                <Button look={retry ? undefined : "primary"} autoFocus={!retry} onPress={onOpenConnector ?? onHide}>
                  {continueLabel}
                </Button>
                {retry && (
                  <Button look="primary" autoFocus onPress={retry.run}>
                    {retry.label}
                  </Button>
                )}
              </>
            ) : (
              <>
                <Button onPress={onHide} autoFocus={Boolean(change)}>
                  Close
                </Button>
                {change && onAcceptIssuer && (
                  <Button onPress={() => onAcceptIssuer(change.issuer)}>
                    Sign in at {change.current} instead of {change.former}
                  </Button>
                )}
                {!change && onAgain && (
                  <Button look="primary" autoFocus onPress={onAgain}>
                    Try again
                  </Button>
                )}
              </>
            )}
          </>
        )
      }
    >
      {underWay ? (
        <AuthorizationSteps authorization={authorization} actions={actions} />
      ) : (
        <AuthorizationEnd authorization={authorization} toolCount={toolCount} />
      )}
      <Trace authorization={authorization} />
    </Dialog>
  );
}

/** Rendered inside the dialog, so that the shortcut belongs to its layer. */
function CancelKey({ onCancel }: { onCancel: () => void }) {
  useShortcut({ keys: "form.cancel", label: "Cancel sign-in", run: onCancel });
  return null;
}

function useSpokenState(authorization: Authorization) {
  const { announce } = useToasts();
  const announcedState = useRef(authorization.state);
  useEffect(() => {
    if (announcedState.current === authorization.state) return;
    announcedState.current = authorization.state;
    announce(sayState(authorization));
  }, [authorization, announce]);
}
