import { type Connector, type ConnectorId } from "@/host/bindings";
import { isHosted } from "./connectorStatus";

/** The one step that helps a connector on; whatever offers one asks here which it is. */
export type Remedy = "sign_in" | "enter_key" | "new_secret" | "show" | "connect" | "turn_on" | "review" | "doctor" | "check";

/** What one button does about a connector's status, or about so many changed tools of one that is ready; `null` when it is well. */
export function remedyOf(connector: Connector, changedTools = 0): Remedy | null {
  switch (connector.status.status) {
    case "ready":
      return changedTools > 0 ? "review" : null;
    case "needs_authorization":
      return wayIn(connector);
    case "authorizing":
      return "show";
    case "disconnected":
      if (signsInByConsent(connector)) return "connect";
      return keepsKey(connector) ? "enter_key" : "check";
    case "disabled":
      return isHosted(connector) ? null : "turn_on";
    case "failing":
      return "doctor";
    case "unknown":
      return connector.authentication.kind === "oauth" && connector.authentication.entry === null ? "connect" : "check";
  }
}

/** How a person lets a connector in again. */
export function wayIn(connector: Connector): Remedy {
  if (signsInByConsent(connector)) return "sign_in";
  return keepsKey(connector) ? "enter_key" : "new_secret";
}

/** The word on the button. */
export const remedyLabels: Record<Remedy, string> = {
  sign_in: "Sign in",
  enter_key: "Enter key",
  new_secret: "Enter key",
  show: "Show",
  connect: "Connect",
  turn_on: "Turn on",
  review: "Review",
  doctor: "Check",
  check: "Check",
};

/** The key that does what the button does. */
export const remedyKeys: Record<Remedy, string> = {
  sign_in: "C", enter_key: "C", new_secret: "C", show: "C", connect: "C", turn_on: "C", review: "C", doctor: "D", check: "D",
};

const places = { enter_key: "credentials", new_secret: "settings", review: "tools", doctor: "overview" } as const;

/** The part of the connector's page where a step is taken; `null` for one that is taken anywhere. */
export function placeOf(remedy: Remedy): (typeof places)[keyof typeof places] | null {
  return remedy in places ? places[remedy as keyof typeof places] : null;
}

/** Whether a step is a consent, or shows one. */
export function isConsent(remedy: Remedy | null): boolean {
  return remedy === "sign_in" || remedy === "connect" || remedy === "show";
}

export type Ways = {
  onSignIn: (connector: Connector) => void;
  onOpen: (id: ConnectorId, tab: NonNullable<ReturnType<typeof placeOf>>) => void;
  onTurnOn: (id: ConnectorId) => void;
  onCheck: (id: ConnectorId) => void;
};

/** Takes a step, or leads to where it is taken. */
export function carryOut(remedy: Remedy, connector: Connector, { onSignIn, onOpen, onTurnOn, onCheck }: Ways): void {
  const tab = placeOf(remedy);
  if (isConsent(remedy)) onSignIn(connector);
  if (remedy === "turn_on") onTurnOn(connector.id);
  if (remedy === "doctor" || remedy === "check") onCheck(connector.id);
  if (tab) onOpen(connector.id, tab);
}

function signsInByConsent(connector: Connector): boolean {
  const { kind } = connector.authentication;
  return kind === "oauth" || (kind === "none" && connector.authenticationMethods.includes("oauth"));
}

/** Whether its platform keeps its key among its credentials; elsewhere it is one of the settings. */
function keepsKey(connector: Connector): boolean {
  return isHosted(connector) && connector.authenticationMethods.some((method) => method === "bearer" || method === "headers");
}
