import { type QueryClient } from "@tanstack/react-query";
import { keepAccountProblem } from "./accountSync";
import { type Authorization, type AuthorizationState, events, type News } from "./bindings";
import { keepRun } from "./history";
import { queries } from "./queries";

/** Puts what the news says into the cache, or has it read again. */
export function applyNews(client: QueryClient, news: News): void {
  switch (news.kind) {
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
      keepAuthorization(client, news.authorization);
      break;
    case "run_changed":
      keepRun(client, news.run);
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
      client.setQueryData(queries.vault().queryKey, news.status);
      void client.invalidateQueries({ queryKey: ["connectors"] });
      void client.invalidateQueries({ queryKey: ["wallet"] });
      break;
    case "account_asked":
      keepAccountProblem(client, news.account, news.problem);
      break;
    case "need_arose":
    case "raise":
      break;
  }
  if (changesNeeds.has(news.kind)) void client.invalidateQueries({ queryKey: ["needs"] });
}

const changesNeeds: ReadonlySet<News["kind"]> = new Set<News["kind"]>(["accounts_changed", "connectors_changed", "wallet_changed", "vault_changed", "settings_changed", "need_arose"]);

/** The states of a consent in their order; those it ends in come after all of them. */
const states: AuthorizationState[] = ["preparing", "awaiting_user", "exchanging", "checking"];

function howFar({ state }: Authorization): number {
  const at = states.indexOf(state);
  return at < 0 ? states.length : at;
}

/**
 * Puts one consent into the cache, as news and as the answer of a command. A consent that fails at once is over
 * before the answer to its start is here: what is older than what is known changes nothing.
 */
export function keepAuthorization(client: QueryClient, authorization: Authorization): void {
  const { queryKey } = queries.authorization(authorization.id);
  const known = client.getQueryData(queryKey);
  if (known && howFar(known) > howFar(authorization)) return;
  client.setQueryData(queryKey, authorization);
  client.setQueryData(queries.authorizations().queryKey, (kept) =>
    kept ? [authorization, ...kept.filter((other) => other.id !== authorization.id)] : kept,
  );
}

/** Listens for news until the returned function is called. */
export function listenForNews(onNews: (news: News) => void): () => void {
  let stopped = false;
  let stop: (() => void) | undefined;
  void events.news
    .listen((event) => onNews(event.payload))
    .then((unlisten) => {
      if (stopped) unlisten();
      else stop = unlisten;
    });
  return () => {
    stopped = true;
    stop?.();
  };
}
