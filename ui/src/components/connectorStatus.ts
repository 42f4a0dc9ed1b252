import { type AuthorizationState, type Connector, type Status } from "@/host/bindings";
import { capital, count } from "@/lib/words";
import { type GlyphName } from "./StatusGlyph";

const looks: Record<Status, { glyph: GlyphName; word: string }> = {
  ready: { glyph: "ready", word: "Ready" },
  needs_authorization: { glyph: "signin", word: "Needs sign-in" },
  authorizing: { glyph: "authorizing", word: "Signing in" },
  disconnected: { glyph: "disconnected", word: "Disconnected" },
  disabled: { glyph: "disabled", word: "Off" },
  failing: { glyph: "failing", word: "Failing" },
  unknown: { glyph: "unknown", word: "Not checked" },
};

export const statusWords = (Object.keys(looks) as Status[]).map((status) => ({ status, ...looks[status] }));

/** Icon and text of a connector's status. Changed tools replace "Ready". */
export function statusLook(connector: Connector, changedTools = 0): { glyph: GlyphName; word: string } {
  const { status, word } = connector.status;
  if (status === "ready" && changedTools > 0)
    return { glyph: "changed", word: `${count(changedTools, "tool")} changed` };
  if (status === "unknown")
    return { glyph: "unknown", word: word ? capital(word) : connector.draft ? "Draft" : "Not checked" };
  if (connector.status.code === "auth.refused" && status === "needs_authorization") return keyRejected;
  if (connector.status.code === "auth.forbidden" && status === "failing") return needsAccess;
  return looks[status];
}

const keyRejected = { glyph: "signin", word: "Key rejected" } as const;
const needsAccess = { glyph: "failing", word: "Needs access" } as const;

/** Whether an authorization is in progress. */
export function isInProgress(state: AuthorizationState): boolean {
  return state === "preparing" || state === "awaiting_user" || state === "exchanging" || state === "checking";
}
