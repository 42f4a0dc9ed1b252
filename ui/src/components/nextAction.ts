import { type Connector, type ConnectorId, type NextAction } from "@/host/bindings";

/** Labels of the buttons. */
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

/** Shortcuts of the buttons. */
export const nextActionKeys: Record<NextAction, "connectors.connect" | "connectors.check"> = {
  sign_in: "connectors.connect",
  enter_key: "connectors.connect",
  new_secret: "connectors.connect",
  show: "connectors.connect",
  connect: "connectors.connect",
  turn_on: "connectors.connect",
  review: "connectors.connect",
  doctor: "connectors.check",
  check: "connectors.check",
};

const actionTabs = { enter_key: "credentials", new_secret: "settings", review: "tools", doctor: "overview" } as const;

/** The tab of a connector's page on which an action is taken, if there is one. */
export function tabFor(action: NextAction): (typeof actionTabs)[keyof typeof actionTabs] | null {
  return action in actionTabs ? actionTabs[action as keyof typeof actionTabs] : null;
}

/** Whether an action starts or shows a sign-in. */
export function isSignInAction(action: NextAction | null): boolean {
  return action === "sign_in" || action === "connect" || action === "show";
}

type NextActionHandlers = {
  onSignIn: (connector: Connector) => void;
  onOpen: (id: ConnectorId, tab: NonNullable<ReturnType<typeof tabFor>>) => void;
  onTurnOn: (id: ConnectorId) => void;
  onCheck: (id: ConnectorId) => void;
};

/** Runs an action, or opens the page on which it is taken. */
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
