import { type ReactNode } from "react";
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
  if (authorization.identity.platform !== "local") return <HostedSteps authorization={authorization} actions={actions} />;
  const now = order.indexOf(authorization.state);
  const prepared = preparedIn(authorization);
  return (
    <ol className={styles.steps}>
      <Step at={0} now={now} todo="Prepare" running="Preparing" done={<><span className="medium">Prepared</span><span className="text2"> · page address and state received</span></>} time={prepared}>
        Asking the server how to sign in, and for the page to open.
      </Step>
      <Step at={1} now={now} todo="Wait for you in the browser" running="Waiting for you in the browser" done={<span className="medium">Browser answered</span>}>
        <WaitingForUser authorization={authorization} actions={actions} />
      </Step>
      <Step at={2} now={now} todo="Exchange the code" running="Exchanging the code" done={<span className="medium">Code exchanged</span>} />
      <Step at={3} now={now} todo="Check: list tools" running="Listing tools with the new sign-in" done={<span className="medium">Tools listed</span>} />
    </ol>
  );
}

/** On a platform's own page the code is the platform's: what is left is to wait, and to ask it how the connector is. */
function HostedSteps({ authorization, actions }: Props) {
  const now = hostedOrder.indexOf(authorization.state);
  const { account } = authorization.identity;
  return (
    <ol className={styles.steps}>
      <Step at={0} now={now} todo="Prepare" running="Preparing" done={<><span className="medium">Prepared</span><span className="text2"> · {account} gave the page to open</span></>} time={preparedIn(authorization)}>
        {`Asking ${account} for the page to open.`}
      </Step>
      <Step at={1} now={now} todo="Wait for you in the browser" running="Waiting for you in the browser" done={<span className="medium">Access given</span>}>
        <WaitingForUser authorization={authorization} actions={actions} />
      </Step>
      <Step at={2} now={now} todo="Check how the connector is" running="Asking how the connector is" done={<span className="medium">Checked</span>} />
    </ol>
  );
}

type StepProps = { at: number; now: number; todo: string; running: string; done: ReactNode; time?: string | null; children?: ReactNode };

function Step({ at, now, todo, running, done, time, children }: StepProps) {
  if (at < now) {
    return (
      <li className={styles.step}>
        <StatusGlyph name="ready" size={16} />
        <div>{done}<span className="unseen">, done</span></div>
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
    preparing: `Preparing the sign-in to ${title}`,
    awaiting_user: `Waiting for you in the browser to sign in to ${title}`,
    exchanging: "Browser answered, exchanging the code",
    checking: authorization.identity.platform === "local" ? "Code exchanged, listing tools" : `Access given, asking how ${title} is`,
    authorized: `Signed in to ${title}`,
    denied: `Sign-in to ${title} was refused`,
    expired: `Sign-in to ${title} was not finished`,
    cancelled: `Sign-in to ${title} cancelled`,
    failed: `Sign-in to ${title} failed. ${problem?.message ?? ""}`,
  };
  return words[authorization.state];
}

