import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";

/** A place in the client state, and what stands there before anything was put there. */
export type StateKey<T> = { readonly id: string; readonly initial: T };

/** The place of that path, such as a kind of state and the thing that it is about. */
export function stateKey<T>(initial: T, ...path: (string | null)[]): StateKey<T> {
  return { id: JSON.stringify(path), initial };
}

type Update<T> = T | ((current: T) => T);

/**
 * What the window knows beside the host's answers: drafts, outcomes, selection, filters, how accounts answer.
 * It is in memory only, lasts as long as the window, and never holds a secret.
 */
class ClientState {
  readonly #values = new Map<string, unknown>();
  readonly #listeners = new Set<() => void>();

  get<T>({ id, initial }: StateKey<T>): T {
    return this.#values.has(id) ? (this.#values.get(id) as T) : initial;
  }

  set<T>(key: StateKey<T>, update: Update<T>): void {
    const next = typeof update === "function" ? (update as (current: T) => T)(this.get(key)) : update;
    if (Object.is(next, this.get(key))) return;
    this.#values.set(key.id, next);
    for (const listener of this.#listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Everything in it, for tests that look for what must not be there. */
  entries(): [id: string, value: unknown][] {
    return [...this.#values];
  }
}

const states = new WeakMap<QueryClient, ClientState>();

/** The client state of a window: one beside each cache of answers. */
export function clientState(client: QueryClient): ClientState {
  const known = states.get(client);
  if (known) return known;
  const state = new ClientState();
  states.set(client, state);
  return state;
}

/** What stands at a place, and what changes it; renders again when it changes. */
export function useClientState<T>(key: StateKey<T>): [T, (update: Update<T>) => void] {
  const state = clientState(useQueryClient());
  const { id, initial } = key;
  const value = useSyncExternalStore(state.subscribe, () => state.get(key));
  // Keys are new objects at each render; their id counts.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const set = useCallback((update: Update<T>) => state.set({ id, initial }, update), [state, id]);
  return [value, set];
}
