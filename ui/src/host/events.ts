import { type QueryClient, type QueryKey } from "@tanstack/react-query";
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
import { invalidate, keys, queries, repeatReads } from "./queries";
import { upsertConnector } from "./upsert";

/** The queries to read again after an event. */
const affected: Partial<Record<HostEvent["kind"], QueryKey[]>> = {
  // Accounts use wallet secrets, and the vault stores their keys.
  accounts_changed: [keys.accounts, keys.definitions, keys.wallet, keys.vault, keys.needs],
  connectors_changed: [keys.connectors, keys.tools, keys.wallet, keys.needs],
  connector_changed: [keys.tools, keys.wallet, keys.needs],
  // If a secret was stored, a locked keychain is available again.
  wallet_changed: [keys.wallet, keys.vault, keys.needs],
  history_changed: [keys.runs, keys.history],
  settings_changed: [keys.background, keys.history, keys.needs],
  vault_changed: [keys.connectors, keys.wallet, keys.needs],
  questions_changed: [keys.questions],
  need_arose: [keys.needs],
};

/** Applies an event to the query cache. */
export function applyEvent(client: QueryClient, event: HostEvent): void {
  switch (event.kind) {
    case "connector_changed":
      applyConnector(client, event.connector);
      break;
    case "authorization_changed":
      upsertAuthorization(client, event.authorization);
      break;
    case "run_changed":
      upsertRun(client, event.run);
      // The run used a credential.
      if (event.run.state !== "running") void invalidate(client, keys.wallet);
      break;
    case "vault_changed":
      client.setQueryData(queries.vault().queryKey, event.status);
      break;
    case "account_asked":
      setAccountProblem(client, event.account, event.problem);
      break;
    case "events_lost":
      // Platform data does not change by events, and each read of it is a request.
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.hosted[0] });
      break;
    case "offer_changed":
      void invalidate(client, keys.offeredBy(event.connector));
      break;
    case "resource_changed":
      void invalidate(client, queries.resource(event.connector, event.uri).queryKey);
      break;
  }
  void invalidate(client, ...(affected[event.kind] ?? []));
}

/** The states of an authorization in order; final ones come last. */
const states: AuthorizationState[] = ["preparing", "awaiting_user", "exchanging", "checking"];

function progressOf({ state }: Authorization): number {
  const at = states.indexOf(state);
  return at < 0 ? states.length : at;
}

/**
 * Stores an authorization from an event or a response, unless a later state is known: one that fails at once may have
 * ended before the response to its start arrives.
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

/** Stores a connector. */
function applyConnector(client: QueryClient, connector: Connector): void {
  repeatReads(client, keys.connectors);
  upsertConnector(client, connector);
  // The copies of others may show it too.
  void client.invalidateQueries({
    queryKey: keys.connectors,
    predicate: ({ queryKey: [, id, part] }) => part === "copies" || (part !== undefined && id === connector.id),
  });
}

type Listener = (event: HostEvent) => void;

const listeners = new Set<Listener>();

/** Listens until a view does. */
let firstListener: Listener | null = null;

/**
 * Listens before the window is rendered, so that no change after its first reads is missed. Events are applied once
 * these are over: a read under way may lack the change, and its end would make it count as fresh.
 */
export function listenFirst<T>(client: QueryClient, read: () => Promise<T>): Promise<T> {
  const early: HostEvent[] = [];
  let apply: Listener = (event) => void early.push(event);
  const listener: Listener = (event) => apply(event);
  listen(listener);
  const reads = read();
  const replay = () => {
    apply = (event) => applyEvent(client, event);
    early.forEach(apply);
    firstListener = listener;
    dropFirstListener();
  };
  void reads.then(replay, replay);
  return reads;
}

function dropFirstListener(): void {
  if (!firstListener || listeners.size === 1) return;
  listeners.delete(firstListener);
  firstListener = null;
}

/** Listens to host events until the returned function is called. All listeners share one channel. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    const channel = newChannel<HostEvent>((event) => listeners.forEach((each) => each(event)));
    void call(commands.subscribeToEvents(channel));
  }
  dropFirstListener();
  return () => void listeners.delete(listener);
}
