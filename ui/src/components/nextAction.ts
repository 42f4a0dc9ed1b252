import { type Connector, type ConnectorId } from "@/host/bindings";
import { abilitiesOf } from "./abilities";

/** The one step that helps a connector on; whatever offers one asks here which it is. */
export type NextAction =
  "sign_in" | "enter_key" | "new_secret" | "show" | "connect" | "turn_on" | "review" | "doctor" | "check";

/**
 * What one button does about a connector's status, or about so many changed tools of one that is ready; `null`
 * when it is well. The same rule as in `patchbay-ops` (`next_action.rs`); `next_action_cases.json` there is the
 * test of both.
 */
export function nextActionOf(connector: Connector, changedTools = 0): NextAction | null {
  switch (connector.status.status) {
    case "ready":
      return changedTools > 0 ? "review" : null;
    case "needs_authorization":
      return reauthAction(connector);
    case "authorizing":
      return "show";
    case "disconnected":
      if (signsInByBrowser(connector)) return "connect";
      return hasPlatformKey(connector) ? "enter_key" : "check";
    case "disabled":
      return abilitiesOf(connector).configuredHere ? "turn_on" : null;
    case "failing":
      return "doctor";
    case "unknown":
      return connector.authentication.kind === "oauth" && connector.authentication.entry === null ? "connect" : "check";
  }
}

/** How a person lets a connector in again. */
export function reauthAction(connector: Connector): NextAction {
  if (signsInByBrowser(connector)) return "sign_in";
  return hasPlatformKey(connector) ? "enter_key" : "new_secret";
}

/** The word on the button. */
export const nextActionLabels: Record<NextAction, string> = {
  sign_in: "Sign in",
  enter_key: "Enter key",
  new_secret: "Enter key",
  show: "Show",
  connect: "Connect",
  turn_on: "Turn on",
  review: "Review changes",
  doctor: "Check",
  check: "Check",
};

/** The key that does what the button does. */
export const nextActionKeys: Record<NextAction, string> = {
  sign_in: "C",
  enter_key: "C",
  new_secret: "C",
  show: "C",
  connect: "C",
  turn_on: "C",
  review: "C",
  doctor: "D",
  check: "D",
};

const actionTabs = { enter_key: "credentials", new_secret: "settings", review: "tools", doctor: "overview" } as const;

/** The part of the connector's page where a step is taken; `null` for one that is taken anywhere. */
export function tabFor(action: NextAction): (typeof actionTabs)[keyof typeof actionTabs] | null {
  return action in actionTabs ? actionTabs[action as keyof typeof actionTabs] : null;
}

/** Whether a step is a consent, or shows one. */
export function isSignInAction(action: NextAction | null): boolean {
  return action === "sign_in" || action === "connect" || action === "show";
}

export type NextActionHandlers = {
  onSignIn: (connector: Connector) => void;
  onOpen: (id: ConnectorId, tab: NonNullable<ReturnType<typeof tabFor>>) => void;
  onTurnOn: (id: ConnectorId) => void;
  onCheck: (id: ConnectorId) => void;
};

/** Takes a step, or leads to where it is taken. */
export function runAction(
  action: NextAction,
  connector: Connector,
  { onSignIn, onOpen, onTurnOn, onCheck }: NextActionHandlers,
): void {
  const tab = tabFor(action);
  if (isSignInAction(action)) onSignIn(connector);
  if (action === "turn_on") onTurnOn(connector.id);
  if (action === "doctor" || action === "check") onCheck(connector.id);
  if (tab) onOpen(connector.id, tab);
}

/** Whether a browser is the way to sign in to it. */
export function signsInByBrowser(connector: Connector): boolean {
  const { kind } = connector.authentication;
  return kind === "oauth" || (kind === "none" && connector.authenticationMethods.includes("oauth"));
}

/** Whether its platform keeps its key among its credentials; elsewhere it is one of the settings. */
function hasPlatformKey(connector: Connector): boolean {
  return (
    abilitiesOf(connector).keepsCredentials &&
    connector.authenticationMethods.some((method) => method === "bearer" || method === "headers")
  );
}
