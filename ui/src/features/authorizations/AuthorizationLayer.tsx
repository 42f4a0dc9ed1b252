import { useQuery } from "@tanstack/react-query";
import { type ReactNode } from "react";
import { ConnectorMark } from "@/components/ConnectorMark";
import { Dialog } from "@/components/Dialog";
import { IdentityLine } from "@/components/IdentityLine";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { VaultFailureNotice } from "@/components/VaultNotice";
import { type AuthorizationId, type Connector } from "@/host/bindings";
import { queries } from "@/host/queries";
import { AuthorizationDialog } from "./AuthorizationDialog";
import { ConsentChoices } from "./ConsentChoices";
import { type Options, type SignIn } from "./useSignIn";

/** The sign-in dialog in its current state. */
export function AuthorizationLayer({ signIn }: { signIn: SignIn }) {
  const { shown, hide, start } = signIn;
  switch (shown?.kind) {
    case undefined:
      return null;
    case "starting":
      return (
        <Frame connector={shown.connector} onClose={hide}>
          <Skeleton rows={4} oneLine label="Preparing sign-in" />
        </Frame>
      );
    case "choosing":
      return (
        <ConsentChoices
          key={shown.connector.id}
          connector={shown.connector}
          form={shown.form}
          onCancel={hide}
          onChosen={(choices) => signIn.begin({ connector: shown.connector, choices, onStart: shown.onStart })}
        />
      );
    case "refused": {
      const { connector, problem } = shown;
      return (
        <Frame connector={connector} onClose={hide}>
          <VaultFailureNotice problem={problem} onRetry={() => start(connector, signIn.retry)} />
        </Frame>
      );
    }
    case "authorization":
      return <Loaded key={shown.id} id={shown.id} options={shown.options} signIn={signIn} />;
  }
}

type FrameProps = { connector: Connector; onClose: () => void; children: ReactNode };

function Frame({ connector, onClose, children }: FrameProps) {
  return (
    <Dialog
      title={`Sign in to ${connector.title}`}
      mark={<ConnectorMark size="large" title={connector.title} of={connector} />}
      subtitle={<IdentityLine identity={connector.identity} />}
      onClose={onClose}
    >
      {children}
    </Dialog>
  );
}

type LoadedProps = { signIn: SignIn; id: AuthorizationId; options: Options | undefined };

function Loaded({ id, ...rest }: LoadedProps) {
  const authorization = useQuery(queries.authorization(id));
  const { data: connector } = useQuery({
    ...queries.connectors(),
    select: (connectors) => connectors.find((one) => one.id === authorization.data?.connector),
  });
  if (authorization.data)
    return <AuthorizationDialog authorization={authorization.data} connector={connector} {...rest} />;
  return (
    <Dialog title="Sign in" onClose={rest.signIn.hide}>
      {authorization.error ? (
        <ErrorNotice error={authorization.error} onRetry={() => void authorization.refetch()} />
      ) : (
        <Skeleton rows={4} oneLine label="Loading sign-in" />
      )}
    </Dialog>
  );
}
