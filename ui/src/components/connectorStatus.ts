import { type AuthorizationState, type Connector, type RunState, type Status } from "@/host/bindings";
import { capital, count } from "@/lib/words";
import { type GlyphName } from "./StatusGlyph";

const looks: Record<Status, { glyph: GlyphName; word: string }> = {
  ready: { glyph: "ready", word: "Ready" },
  needs_authorization: { glyph: "signin", word: "Needs sign-in" },
  authorizing: { glyph: "authorizing", word: "Authorizing" },
  disconnected: { glyph: "disconnected", word: "Disconnected" },
  disabled: { glyph: "disabled", word: "Disabled" },
  failing: { glyph: "failing", word: "Failing" },
  unknown: { glyph: "unknown", word: "Unknown" },
};

/** Every status with its glyph and word. */
export const statusWords = (Object.keys(looks) as Status[]).map((status) => ({ status, ...looks[status] }));

/** Glyph and word of a connector's status; tools that have changed are news beside a ready one. */
export function statusLook(connector: Connector, changedTools = 0): { glyph: GlyphName; word: string } {
  const { status, word } = connector.status;
  if (status === "ready" && changedTools > 0) return { glyph: "changed", word: `Ready, ${count(changedTools, "tool")} changed` };
  if (status === "unknown") return { glyph: "unknown", word: word ? capital(word) : connector.draft ? "Draft" : "Unknown" };
  return looks[status];
}

const runLooks: Record<RunState, { glyph: GlyphName; word: string }> = {
  running: { glyph: "authorizing", word: "Running" },
  done: { glyph: "ready", word: "Done" },
  failed: { glyph: "failing", word: "Failed" },
  cancelled: { glyph: "disabled", word: "Cancelled" },
  denied: { glyph: "disabled", word: "Denied" },
};

/** Glyph and word of a run. */
export function runLook(state: RunState): { glyph: GlyphName; word: string } {
  return runLooks[state];
}

/** Whether a consent can still end well. */
export function isUnderWay(state: AuthorizationState): boolean {
  return state === "preparing" || state === "awaiting_user" || state === "exchanging" || state === "checking";
}

/** Whether a person has to do something about a connector. */
export function needsYou(connector: Connector): boolean {
  const { status } = connector.status;
  return status === "needs_authorization" || status === "failing" || status === "authorizing" || (connector.draft && status !== "disabled");
}

export type Remedy = "sign_in" | "new_secret" | "show" | "connect" | "turn_on" | "review" | "doctor" | "check";

/** What one button does about a connector's status, or about so many changed tools of one that is ready; `null` when it is well. */
export function remedyOf(connector: Connector, changedTools = 0): Remedy | null {
  switch (connector.status.status) {
    case "ready":
      return changedTools > 0 ? "review" : null;
    case "needs_authorization":
      if (signsInByConsent(connector)) return "sign_in";
      // The key of a hosted connector lies with its platform.
      return isHosted(connector) ? "check" : "new_secret";
    case "authorizing":
      return "show";
    case "disconnected":
      return signsInByConsent(connector) ? "connect" : "check";
    case "disabled":
      return isHosted(connector) ? null : "turn_on";
    case "failing":
      return "doctor";
    case "unknown":
      return connector.authentication.kind === "oauth" && connector.authentication.entry === null ? "connect" : "check";
  }
}

/** The word on that button. */
export const remedyLabels: Record<Remedy, string> = {
  sign_in: "Sign in",
  new_secret: "Replace secret",
  show: "Show",
  connect: "Connect",
  turn_on: "Turn on",
  review: "Review",
  doctor: "Doctor",
  check: "Check",
};

/** Whether a connector lies on a hosted platform, which alone can change or delete it. */
export function isHosted(connector: Connector): boolean {
  return connector.remoteId !== null;
}

function signsInByConsent(connector: Connector): boolean {
  const { kind } = connector.authentication;
  return kind === "oauth" || (kind === "none" && connector.authenticationMethods.includes("oauth"));
}
