import {
  type Account,
  type Connector,
  type Need,
  type NeedFix,
  type NeedKind,
  type NextAction,
  type Status,
  type ToolChange,
} from "@/host/bindings";
import { minutesAgo, needsAttention, tool } from "./samples";

const kinds: Partial<Record<Status, NeedKind>> = {
  needs_authorization: "sign_in",
  authorizing: "authorizing",
  failing: "failing",
};
const fixes: Partial<Record<NextAction, NeedFix>> = {
  sign_in: "sign_in",
  connect: "connect",
  show: "show",
  new_secret: "edit_settings",
  enter_key: "replace_key",
};
const ends: Partial<Record<Status, string>> = {
  needs_authorization: "needs sign-in",
  authorizing: "waits for your browser",
  failing: "fails its check",
};

/** A need, changed by what is given. */
export function need(given: Partial<Need> = {}): Need {
  return {
    id: `${given.kind ?? "failing"}:${given.connector ?? given.account ?? given.entry ?? ""}`,
    kind: "failing",
    connector: null,
    account: null,
    entry: null,
    title: "GitHub",
    identity: null,
    headline: "GitHub isn't working",
    words: null,
    code: null,
    since: null,
    lapsesAt: null,
    fix: "check",
    ...given,
  };
}

/** Tools of Linear that came, went and became another. */
export function manyToolChanges(): ToolChange[] {
  const changed = (name: string, description: string) =>
    tool({ name, description, inputSchema: { type: "object" }, effect: "write", idempotent: false });
  const one = { connector: "con_linear", noticedAt: minutesAgo(22), differences: [] };
  const [before, after] = [
    "Creates an issue in a team",
    "Creates an issue in a team, and mails its text to whoever is named in it",
  ];
  return [
    {
      ...one,
      name: "create_issue",
      kind: "changed",
      before: changed("create_issue", before),
      after: changed("create_issue", after),
      differences: [
        { path: "/description", before, after },
        { path: "/inputSchema/properties/mailTo", before: null, after: { type: "string", format: "email" } },
      ],
    },
    {
      ...one,
      name: "delete_team",
      kind: "added",
      before: null,
      after: changed("delete_team", "Deletes a team with its issues"),
    },
    {
      ...one,
      name: "list_projects",
      kind: "removed",
      before: changed("list_projects", "Lists the projects of a team"),
      after: null,
    },
  ];
}

/** What the host finds that accounts and connectors need. */
export function needsOf(accounts: Account[], connectors: Connector[]): Need[] {
  const signedOut = accounts
    .filter((account) => account.isSignedOut)
    .map(({ id, label }) =>
      need({
        kind: "account_signed_out",
        account: id,
        title: label,
        headline: `${label} is signed out`,
        words: "enter a key to sign in",
        fix: "replace_key",
      }),
    );
  const waiting = connectors.filter(needsAttention).map((connector) => {
    const { status, reason, code, lastOkAt } = connector.status;
    const action = connector.nextAction;
    return need({
      kind: kinds[status] ?? "draft",
      connector: connector.id,
      account: connector.account,
      title: connector.title,
      identity: connector.identity,
      headline: `${connector.title} ${ends[status] ?? "is a draft"}`,
      words: reason,
      code,
      since: lastOkAt,
      fix: (action && fixes[action]) ?? "check",
    });
  });
  return [...signedOut, ...waiting];
}
