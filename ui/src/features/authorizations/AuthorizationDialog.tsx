import { useEffect, useRef } from "react";
import { Button } from "@/components/Button";
import { ConnectorMark } from "@/components/ConnectorMark";
import { isInProgress } from "@/components/connectorStatus";
import { Dialog } from "@/components/Dialog";
import { IdentityLine } from "@/components/IdentityLine";
import { ErrorNotice, Notice } from "@/components/ProblemNotice";
import { useShortcut } from "@/components/shortcuts";
import { useGo } from "@/components/useGo";
import { useToasts } from "@/host/toasts";
import { type Authorization, type Connector } from "@/host/bindings";
import { AuthorizationEnd } from "./AuthorizationEnd";
import { AuthorizationSteps, stateAnnouncement } from "./AuthorizationSteps";
import { Trace } from "./Trace";
import { useAuthorizationActions } from "./useAuthorizationActions";
import { type Options, type SignIn } from "./useSignIn";

type Props = {
  authorization: Authorization;
  /** Absent if the sign-in fills a form, or the connector is gone. */
  connector: Connector | undefined;
  /** Options that were not asked for. */
  options: Options | undefined;
  signIn: SignIn;
};

/** The dialog of one authorization: its steps, then its result, and the log. */
export function AuthorizationDialog({ authorization, connector, options, signIn }: Props) {
  const go = useGo();
  const { hide, retry } = signIn;
  const toolCount = connector?.toolCount ?? null;
  const actions = useAuthorizationActions(authorization.id);
  const inProgress = isInProgress(authorization.state);
  const change = authorization.issuerChange;
  useStateAnnouncements(authorization);
  const cancel = () => actions.cancel.mutate();
  const toConnector = toolCount ? "View tools" : "Open connector";
  const continueLabel = connector ? toConnector : authorization.granted?.length ? "Back" : "Close";
  const goOn = () => {
    hide();
    if (connector) go.connector(connector.id, "tools");
  };
  return (
    <Dialog
      title={`Sign in to ${authorization.connectorTitle}`}
      mark={<ConnectorMark size="large" title={authorization.connectorTitle} of={connector} />}
      subtitle={<IdentityLine identity={authorization.identity} />}
      closeLabel={inProgress ? "Hide (sign-in continues)" : "Close"}
      onClose={hide}
      footer={
        inProgress ? (
          <>
            <span>You can close this; the sign-in continues.</span>
            <CancelKey onCancel={cancel} />
            {options && <Button onPress={() => signIn.reconsider(authorization.id, options)}>Options…</Button>}
            <Button keys="form.cancel" onPress={cancel} isPending={actions.cancel.isPending}>
              Cancel sign-in
            </Button>
          </>
        ) : (
          <>
            {authorization.state === "authorized" ? (
              <>
                {connector && <Button onPress={hide}>Close</Button>}
                <Button look={retry ? undefined : "primary"} autoFocus={!retry} onPress={goOn}>
                  {continueLabel}
                </Button>
                {retry && (
                  <Button
                    look="primary"
                    autoFocus
                    onPress={() => {
                      hide();
                      retry.run();
                    }}
                  >
                    {retry.label}
                  </Button>
                )}
              </>
            ) : (
              <>
                <Button onPress={hide} autoFocus={Boolean(change)}>
                  Close
                </Button>
                {change && connector && (
                  <Button onPress={() => signIn.begin({ connector, acceptIssuer: change.issuer })}>
                    {change.former === null
                      ? `Sign in at ${change.current}`
                      : `Sign in at ${change.current} instead of ${change.former}`}
                  </Button>
                )}
                {!change && connector && (
                  <Button look="primary" autoFocus onPress={() => signIn.start(connector, retry)}>
                    Try again
                  </Button>
                )}
              </>
            )}
          </>
        )
      }
    >
      {inProgress && authorization.isGuessed && (
        <Notice role="alert" glyph="changed" title="This server doesn't say how to sign in">
          Use a token if you have one: browser sign-in may fail, and Patchbay can't verify that it's protected.
        </Notice>
      )}
      {inProgress ? (
        <AuthorizationSteps authorization={authorization} actions={actions} />
      ) : (
        <AuthorizationEnd authorization={authorization} toolCount={toolCount} />
      )}
      {inProgress && <ErrorNotice error={actions.cancel.error} />}
      <Trace authorization={authorization} />
    </Dialog>
  );
}

/** Rendered inside the dialog, so that the shortcut belongs to its layer. */
function CancelKey({ onCancel }: { onCancel: () => void }) {
  useShortcut({ keys: "form.cancel", label: "Cancel sign-in", run: onCancel });
  return null;
}

function useStateAnnouncements(authorization: Authorization) {
  const { announce } = useToasts();
  const announcedState = useRef(authorization.state);
  useEffect(() => {
    if (announcedState.current === authorization.state) return;
    announcedState.current = authorization.state;
    announce(stateAnnouncement(authorization));
  }, [authorization, announce]);
}
