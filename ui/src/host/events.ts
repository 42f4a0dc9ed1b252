import { type QueryClient } from "@tanstack/react-query";
import { keepAccountProblem } from "./accountSync";
import { Channel } from "@tauri-apps/api/core";
import { type Authorization, type AuthorizationState, commands, type Event as HostEvent } from "./bindings";
import { call } from "./call";
import { keepRun } from "./history";
import { queries } from "./queries";

/** Puts what an event says into the cache, or has it read again. */
export function applyEvent(client: QueryClient, event: HostEvent): void {
  switch (event.kind) {
    case "accounts_changed":
      void client.invalidateQueries({ queryKey: ["accounts"] });
      void client.invalidateQueries({ queryKey: ["definitions"] });
      // Accounts are among the places where a secret is used.
      void client.invalidateQueries({ queryKey: ["wallet"] });
      break;
    case "connectors_changed":
      void client.invalidateQueries({ queryKey: ["connectors"] });
      void client.invalidateQueries({ queryKey: ["tools"] });
      void client.invalidateQueries({ queryKey: ["wallet"] });
      break;
    case "wallet_changed":
      void client.invalidateQueries({ queryKey: ["wallet"] });
      // A secret was kept: a keychain that was locked before answers again.
      void client.invalidateQueries({ queryKey: queries.vault().queryKey });
      break;
    case "authorization_changed":
      keepAuthorization(client, event.authorization);
      break;
    case "run_changed":
      keepRun(client, event.run);
      break;
    case "history_changed":
      void client.invalidateQueries({ queryKey: ["runs"] });
      void client.invalidateQueries({ queryKey: ["history"] });
      break;
    case "settings_changed":
      void client.invalidateQueries({ queryKey: queries.backgroundChecks().queryKey });
      void client.invalidateQueries({ queryKey: ["history"] });
      break;
    case "vault_changed":
      client.setQueryData(queries.vault().queryKey, event.status);
      void client.invalidateQueries({ queryKey: ["connectors"] });
      void client.invalidateQueries({ queryKey: ["wallet"] });
      break;
    case "account_asked":
      keepAccountProblem(client, event.account, event.problem);
      break;
    case "need_arose":
    case "raise":
      break;
  }
  if (changesNeeds.has(event.kind)) void client.invalidateQueries({ queryKey: ["needs"] });
}

const changesNeeds: ReadonlySet<HostEvent["kind"]> = new Set<HostEvent["kind"]>(["accounts_changed", "connectors_changed", "wallet_changed", "vault_changed", "settings_changed", "need_arose"]);

/** The states of a consent in their order; those it ends in come after all of them. */
const states: AuthorizationState[] = ["preparing", "awaiting_user", "exchanging", "checking"];

function howFar({ state }: Authorization): number {
  const at = states.indexOf(state);
  return at < 0 ? states.length : at;
}

/**
 * Puts one consent into the cache, as an event and as the answer of a command. A consent that fails at once is over
 * before the answer to its start is here: what is older than what is known changes nothing.
 */
export function keepAuthorization(client: QueryClient, authorization: Authorization): void {
  const { queryKey } = queries.authorization(authorization.id);
  const known = client.getQueryData(queryKey);
  if (known && howFar(known) > howFar(authorization)) return;
  client.setQueryData(queryKey, authorization);
  client.setQueryData(queries.authorizations().queryKey, (current) =>
    current ? [authorization, ...current.filter((other) => other.id !== authorization.id)] : current,
  );
}

type Listener = (event: HostEvent) => void;

const listeners = new Set<Listener>();

/** Listens to the host until the returned function is called. The page has one channel, whoever listens. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (listeners.size === 1) subscribe();
  return () => void listeners.delete(listener);
}

function subscribe(): void {
  const channel = new Channel<HostEvent>();
  channel.onmessage = (event) => listeners.forEach((listener) => listener(event));
  void call(commands.subscribeToEvents(channel));
}
