import { type ReactNode } from "react";
import { abilitiesOf } from "@/components/abilities";
import { StatusGlyph } from "@/components/StatusGlyph";
import { type Authorization, type AuthorizationState } from "@/host/bindings";
import { duration } from "@/lib/time";
import styles from "./Authorization.module.css";
import { type useAuthorizationActions } from "./useAuthorizationActions";
import { WaitingForUser } from "./WaitingForUser";

type Props = { authorization: Authorization; actions: ReturnType<typeof useAuthorizationActions> };

type StepWords = { state: AuthorizationState; todo: string; running: string; done: string };

const first: StepWords[] = [
  { state: "preparing", todo: "Prepare", running: "Preparing", done: "Sign-in page ready" },
  {
    state: "awaiting_user",
    todo: "Sign in with your browser",
    running: "Waiting for you to sign in",
    done: "Signed in",
  },
];
const ownSteps: StepWords[] = [
  ...first,
  { state: "exchanging", todo: "Get the token", running: "Getting the token", done: "Token received" },
  { state: "checking", todo: "Load tools", running: "Loading tools", done: "Tools loaded" },
];
/** A platform with its own sign-in page gets the token itself. */
const platformSteps: StepWords[] = [
  ...first,
  { state: "checking", todo: "Check connector", running: "Checking connector", done: "Checked" },
];

/** The steps of a sign-in; the current one has a countdown and buttons. */
export function AuthorizationSteps({ authorization, actions }: Props) {
  const { state, pageHost, connectorTitle, identity } = authorization;
  const { signsInHere } = abilitiesOf(authorization);
  const steps = signsInHere ? ownSteps : platformSteps;
  const now = steps.findIndex((step) => step.state === state);
  const page = signsInHere ? (pageHost ?? connectorTitle) : identity.account;
  return (
    <ol className={styles.steps}>
      {steps.map((words, at) => (
        <Step
          key={words.state}
          words={words}
          place={at < now ? "done" : at > now ? "todo" : "running"}
          time={words.state === "preparing" ? preparedIn(authorization) : null}
        >
          {words.state === "preparing" && <div className="text2">{`Getting the sign-in page from ${page}.`}</div>}
          {words.state === "awaiting_user" && <WaitingForUser authorization={authorization} actions={actions} />}
        </Step>
      ))}
    </ol>
  );
}

type StepProps = {
  words: StepWords;
  place: "done" | "running" | "todo";
  time: string | null;
  /** Shown while the step is running. */
  children: ReactNode;
};

const glyphs = { done: "ready", running: "authorizing", todo: "todo" } as const;

function Step({ words, place, time, children }: StepProps) {
  return (
    <li
      className={styles.step}
      data-todo={place === "todo" || undefined}
      aria-current={place === "running" ? "step" : undefined}
    >
      <StatusGlyph name={glyphs[place]} size={16} />
      {place === "running" ? (
        <div className={styles.current}>
          <div className="strong">{words.running}</div>
          {children}
        </div>
      ) : (
        <div className={place === "done" ? "medium" : undefined}>
          {words[place]}
          {place === "done" && <span className="unseen">, done</span>}
        </div>
      )}
      {place === "done" && <span className="text3">{time}</span>}
    </li>
  );
}

/** Duration of the preparation, until the browser was opened. */
function preparedIn(authorization: Authorization): string | null {
  const opened = authorization.trace.find((step) => step.method === "open");
  if (!opened) return null;
  return duration(Math.max(0, new Date(opened.at).getTime() - new Date(authorization.startedAt).getTime()));
}

/** The state as text for the live region. */
export function stateAnnouncement(authorization: Authorization): string {
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
