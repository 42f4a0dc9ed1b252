import { credentialLooks } from "@/components/credentialLooks";
import { type UseQueryResult } from "@tanstack/react-query";
import { levelLabels, levelWord } from "@/components/levels";
import { platformName } from "@/components/platformName";
import {
  type Connector,
  type ConnectorId,
  type CredentialsOfLevel,
  type Platform,
  type PlatformCredential,
} from "@/host/bindings";
import { asProblem } from "@/host/call";
import { hasWords, splitWords } from "@/lib/match";
import { ago } from "@/lib/time";
import { capital, count, joinTexts } from "@/lib/words";
import { compareText } from "@/lib/order";

/** The platform's response for one connector; `undefined` if not requested. */
type Answer = UseQueryResult<CredentialsOfLevel[]> | undefined;

export type HostedRow =
  | { kind: "connector"; key: string; connector: Connector; answer: Answer }
  | { kind: "credential"; key: string; connector: Connector; credential: PlatformCredential };

type OfAccount = { account: string; platform: Platform; rows: HostedRow[] };

/** Returns a row for each hosted connector, followed by rows for its loaded credentials. */
export function hostedRows(
  connectors: Connector[],
  answerOf: (id: ConnectorId) => Answer,
  filter: string,
): OfAccount[] {
  const words = splitWords(filter);
  const accounts = new Map<string, OfAccount>();
  for (const connector of [...connectors].sort((left, right) => compareText(left.title, right.title))) {
    const answer = answerOf(connector.id);
    const { account, platform } = connector.identity;
    const credentials = (answer?.data ?? []).flatMap((level) => level.credentials);
    const text = [
      connector.title,
      account,
      ...credentials.map((one) => [one.name, one.title, levelWord(one.level)].join(" ")),
    ]
      .join(" ")
      .toLowerCase();
    if (!hasWords(text, words)) continue;
    const found = accounts.get(account) ?? { account, platform, rows: [] };
    found.rows.push({ kind: "connector", key: connector.id, connector, answer });
    for (const credential of credentials) {
      found.rows.push({
        kind: "credential",
        key: [connector.id, credential.level, credential.name].join("/"),
        connector,
        credential,
      });
    }
    accounts.set(account, found);
  }
  return [...accounts.values()].sort((left, right) => compareText(left.account, right.account));
}

/** The second line of a connector. */
export function connectorFacts({ connector, answer }: { connector: Connector; answer: Answer }): string {
  if (!answer) return "Not loaded";
  if (answer.isPending) return "Loading";
  if (answer.isError) return capital(asProblem(answer.error).message);
  const levels = answer.data;
  if (levels.length === 0) return "No credentials";
  const number = levels.reduce((sum, level) => sum + level.credentials.length, 0);
  const hidden = levels
    .filter((level) => level.problem !== null)
    .map((level) => `${levelLabels[level.level.level]}: ${level.problem?.message ?? ""}`);
  const untold = levels
    .filter((level) => !level.level.isListed)
    .map((level) => `${levelLabels[level.level.level]}: not shown by ${platformName(connector.identity.platform)}`);
  return [number === 0 ? "No credentials" : count(number, "credential"), ...hidden, ...untold].join(" · ");
}

/** The second line of a credential. */
export function credentialFacts(credential: PlatformCredential, now: Date): string {
  const { title, name, word, method, createdAt, createdBy, checkedAt } = credential;
  const made = createdAt
    ? joinTexts(" ", `Added ${ago(createdAt, now)}`, createdBy && `by ${createdBy}`)
    : createdBy && `By ${createdBy}`;
  return joinTexts(" · ", title && name, word ?? method, made, checkedAt && `Checked ${ago(checkedAt, now)}`);
}

/** Accessible name of a row. */
export function rowName(row: HostedRow): string {
  if (row.kind === "connector")
    return `${row.connector.title}, ${row.connector.identity.account}, ${connectorFacts(row)}`;
  const { credential, connector } = row;
  const { word } = credentialLooks[credential.status];
  return joinTexts(
    ", ",
    credential.title ?? (credential.name || "Credential"),
    `of ${connector.title}`,
    levelWord(credential.level),
    credential.isDefault && "default",
    word,
  );
}
