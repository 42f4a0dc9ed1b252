import { type ReactNode } from "react";
import { abilitiesOf } from "@/components/abilities";
import { StatusGlyph } from "@/components/StatusGlyph";
import { type Authorization, type AuthorizationState } from "@/host/bindings";
import { duration } from "@/lib/time";
import styles from "./Authorization.module.css";
import { type useAuthorizationActions } from "./useAuthorizationActions";
import { WaitingForUser } from "./WaitingForUser";

type Props = { authorization: Authorization; actions: ReturnType<typeof useAuthorizationActions> };

const order: AuthorizationState[] = ["preparing", "awaiting_user", "exchanging", "checking"];
const hostedOrder: AuthorizationState[] = ["preparing", "awaiting_user", "checking"];

/** The four steps of a consent; the running one holds its clock and its buttons. */
export function AuthorizationSteps({ authorization, actions }: Props) {
  if (!abilitiesOf(authorization).signsInHere) return <HostedSteps authorization={authorization} actions={actions} />;
  const now = order.indexOf(authorization.state);
  const prepared = preparedIn(authorization);
  return (
    <ol className={styles.steps}>
      <Step
        at={0}
        now={now}
        todo="Prepare"
        running="Preparing"
        done={<span className="medium">Sign-in page ready</span>}
        time={prepared}
      >
        {`Getting the sign-in page from ${authorization.pageHost ?? authorization.connectorTitle}.`}
      </Step>
      <Step
        at={1}
        now={now}
        todo="Sign in with your browser"
        running="Waiting for you to sign in"
        done={<span className="medium">Signed in</span>}
      >
        <WaitingForUser authorization={authorization} actions={actions} />
      </Step>
      <Step
        at={2}
        now={now}
        todo="Get the token"
        running="Getting the token"
        done={<span className="medium">Token received</span>}
      />
      <Step
        at={3}
        now={now}
        todo="Load tools"
        running="Loading tools"
        done={<span className="medium">Tools loaded</span>}
      />
    </ol>
  );
}

/** On a platform's own page the code is the platform's: what is left is to wait, and to ask it how the connector is. */
function HostedSteps({ authorization, actions }: Props) {
  const now = hostedOrder.indexOf(authorization.state);
  const { account } = authorization.identity;
  return (
    <ol className={styles.steps}>
      <Step
        at={0}
        now={now}
        todo="Prepare"
        running="Preparing"
        done={<span className="medium">Sign-in page ready</span>}
        time={preparedIn(authorization)}
      >
        {`Getting the sign-in page from ${account}.`}
      </Step>
      <Step
        at={1}
        now={now}
        todo="Sign in with your browser"
        running="Waiting for you to sign in"
        done={<span className="medium">Signed in</span>}
      >
        <WaitingForUser authorization={authorization} actions={actions} />
      </Step>
      <Step
        at={2}
        now={now}
        todo="Check connector"
        running="Checking connector"
        done={<span className="medium">Checked</span>}
      />
    </ol>
  );
}

type StepProps = {
  at: number;
  now: number;
  todo: string;
  running: string;
  done: ReactNode;
  time?: string | null;
  children?: ReactNode;
};

function Step({ at, now, todo, running, done, time, children }: StepProps) {
  if (at < now) {
    return (
      <li className={styles.step}>
        <StatusGlyph name="ready" size={16} />
        <div>
          {done}
          <span className="unseen">, done</span>
        </div>
        <span className="text3">{time}</span>
      </li>
    );
  }
  if (at > now) {
    return (
      <li className={styles.step} data-todo>
        <StatusGlyph name="todo" size={16} />
        <div>{todo}</div>
      </li>
    );
  }
  return (
    <li className={styles.step} aria-current="step">
      <StatusGlyph name="authorizing" size={16} />
      <div className={styles.current}>
        <div className="strong">{running}</div>
        {typeof children === "string" ? <div className="text2">{children}</div> : children}
      </div>
    </li>
  );
}

/** How long the preparation took: until the browser was opened. */
function preparedIn(authorization: Authorization): string | null {
  const opened = authorization.trace.find((step) => step.method === "open");
  if (!opened) return null;
  return duration(Math.max(0, new Date(opened.at).getTime() - new Date(authorization.startedAt).getTime()));
}

/** A state in words for the live region. */
export function sayState(authorization: Authorization): string {
  const { connectorTitle: title, problem } = authorization;
  const words: Record<AuthorizationState, string> = {
    preparing: `Preparing sign-in to ${title}`,
    awaiting_user: `Waiting for you to sign in to ${title}`,
    exchanging: "Signed in, getting the token",
    checking: abilitiesOf(authorization).signsInHere ? "Token received, loading tools" : `Signed in, checking ${title}`,
    authorized: `Signed in to ${title}`,
    denied: `Access to ${title} denied`,
    expired: `Sign-in to ${title} not finished`,
    cancelled: `Sign-in to ${title} cancelled`,
    failed: `Couldn't sign in to ${title}. ${problem?.message ?? ""}`,
  };
  return words[authorization.state];
}
