import { type QueryClient } from "@tanstack/react-query";
import { setAccountProblem } from "./accountSync";
import {
  type Authorization,
  type AuthorizationState,
  commands,
  type Connector,
  type Event as HostEvent,
} from "./bindings";
import { call } from "./call";
import { newChannel } from "./channel";
import { upsertRun } from "./history";
import { invalidate, keys, queries } from "./queries";
import { upsertConnector } from "./upsert";

/** Puts what an event says into the cache, or has it read again. */
export function applyEvent(client: QueryClient, event: HostEvent): void {
  switch (event.kind) {
    case "accounts_changed":
      // Accounts are among the places where a secret is used, and their keys lie in the vault.
      void invalidate(client, keys.accounts, keys.definitions, keys.wallet, keys.vault);
      break;
    case "connectors_changed":
      void invalidate(client, keys.connectors, keys.tools, keys.wallet);
      break;
    case "connector_changed":
      applyConnector(client, event.connector);
      void invalidate(client, keys.tools, keys.wallet);
      break;
    case "wallet_changed":
      // A secret was kept: a keychain that was locked before answers again.
      void invalidate(client, keys.wallet, keys.vault);
      break;
    case "authorization_changed":
      upsertAuthorization(client, event.authorization);
      break;
    case "run_changed":
      upsertRun(client, event.run);
      // It used a credential.
      if (event.run.state !== "running") void invalidate(client, keys.wallet);
      break;
    case "history_changed":
      void invalidate(client, keys.runs, keys.history);
      break;
    case "settings_changed":
      void invalidate(client, keys.background, keys.history);
      break;
    case "vault_changed":
      client.setQueryData(queries.vault().queryKey, event.status);
      void invalidate(client, keys.connectors, keys.wallet);
      break;
    case "account_asked":
      setAccountProblem(client, event.account, event.problem);
      break;
    case "offer_changed":
      void invalidate(client, keys.offeredBy(event.connector));
      break;
    case "resource_changed":
      void invalidate(client, queries.resource(event.connector, event.uri).queryKey);
      break;
    case "questions_changed":
      void invalidate(client, keys.questions);
      break;
    case "need_arose":
    case "link_offered":
    case "raise":
      break;
  }
  if (changesNeeds.has(event.kind)) void invalidate(client, keys.needs);
}

const changesNeeds: ReadonlySet<HostEvent["kind"]> = new Set<HostEvent["kind"]>([
  "accounts_changed",
  "connectors_changed",
  "connector_changed",
  "wallet_changed",
  "vault_changed",
  "settings_changed",
  "need_arose",
]);

/** The states of a consent in their order; those it ends in come after all of them. */
const states: AuthorizationState[] = ["preparing", "awaiting_user", "exchanging", "checking"];

function progressOf({ state }: Authorization): number {
  const at = states.indexOf(state);
  return at < 0 ? states.length : at;
}

/**
 * Puts one consent into the cache, as an event and as the answer of a command. A consent that fails at once is over
 * before the answer to its start is here: what is older than what is known changes nothing.
 */
export function upsertAuthorization(client: QueryClient, authorization: Authorization): void {
  const { queryKey } = queries.authorization(authorization.id);
  const known = client.getQueryData(queryKey);
  if (known && progressOf(known) > progressOf(authorization)) return;
  client.setQueryData(queryKey, authorization);
  client.setQueryData(queries.authorizations().queryKey, (current) =>
    current ? [authorization, ...current.filter((other) => other.id !== authorization.id)] : current,
  );
}

/** Puts a connector where it is shown. What is read just now may be from before the change: that is read once more. */
function applyConnector(client: QueryClient, connector: Connector): void {
  for (const { queryKey, promise } of client
    .getQueryCache()
    .findAll({ queryKey: keys.connectors, fetchStatus: "fetching" })) {
    const again = () => client.invalidateQueries({ queryKey, exact: true }, { cancelRefetch: false });
    void promise?.then(again, again);
  }
  upsertConnector(client, connector);
  const ofConnector = keys.connector(connector.id);
  void client.invalidateQueries({ queryKey: ofConnector, predicate: ({ queryKey }) => queryKey.length > 2 });
}

type Listener = (event: HostEvent) => void;

const listeners = new Set<Listener>();

/** Listens to the host until the returned function is called. The page has one channel, whoever listens. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    const channel = newChannel<HostEvent>((event) => listeners.forEach((each) => each(event)));
    void call(commands.subscribeToEvents(channel));
  }
  return () => void listeners.delete(listener);
}
