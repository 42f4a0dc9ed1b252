import { needsYou, remedyOf, type Remedy } from "@/components/connectorStatus";
import { type Account, type Connector, type Need, type NeedFix, type NeedKind, type Status } from "@/host/bindings";

const kinds: Partial<Record<Status, NeedKind>> = { needs_authorization: "sign_in", authorizing: "authorizing", failing: "failing" };
const fixes: Partial<Record<Remedy, NeedFix>> = { sign_in: "sign_in", connect: "connect", show: "show", new_secret: "replace_key" };
const ends: Partial<Record<Status, string>> = { needs_authorization: "needs sign-in", authorizing: "waits for your browser", failing: "fails its check" };

/** A need, changed by what is given. */
export function need(given: Partial<Need> = {}): Need {
  return {
    id: `${given.kind ?? "failing"}:${given.connector ?? given.account ?? given.entry ?? ""}`, kind: "failing", connector: null, account: null, entry: null, title: "GitHub",
    identity: null, headline: "GitHub fails its check", words: null, code: null, since: null, lapsesAt: null, fix: "check", ...given,
  };
}

/** What the host finds that accounts and connectors need. */
export function needsOf(accounts: Account[], connectors: Connector[]): Need[] {
  const signedOut = accounts.filter((account) => account.isSignedOut).map(({ id, label }) =>
    need({ kind: "account_signed_out", account: id, title: label, headline: `${label} is signed out`, words: "it waits for a key", fix: "replace_key" }));
  const waiting = connectors.filter(needsYou).map((connector) => {
    const { status, reason, code, lastOkAt } = connector.status;
    const remedy = remedyOf(connector);
    return need({
      kind: kinds[status] ?? "draft", connector: connector.id, account: connector.account, title: connector.title, identity: connector.identity,
      headline: `${connector.title} ${ends[status] ?? "is a draft"}`, words: reason, code, since: lastOkAt, fix: (remedy && fixes[remedy]) ?? "check",
    });
  });
  return [...signedOut, ...waiting];
}
