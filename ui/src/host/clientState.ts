import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";

/** A key of the client state, with the initial value. */
export type StateKey<T> = { readonly id: string; readonly initial: T };

/** The key for a path, such as a kind of state and the id it belongs to. */
export function stateKey<T>(initial: T, ...path: (string | null)[]): StateKey<T> {
  return { id: JSON.stringify(path), initial };
}

type Update<T> = T | ((current: T) => T);

/**
 * State of the window that is not cached host data: drafts, outcomes, filters, sync. In memory only; never holds a
 * secret.
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

  /** All values, for tests that search them for secrets. */
  entries(): [id: string, value: unknown][] {
    return [...this.#values];
  }
}

const states = new WeakMap<QueryClient, ClientState>();

/** The client state that belongs to a query client. */
export function clientState(client: QueryClient): ClientState {
  const existing = states.get(client);
  if (existing) return existing;
  const state = new ClientState();
  states.set(client, state);
  return state;
}

/** Returns a value and its setter, and renders again when the value changes. */
export function useClientState<T>(key: StateKey<T>): [T, (update: Update<T>) => void] {
  const state = clientState(useQueryClient());
  const { id, initial } = key;
  const value = useSyncExternalStore(state.subscribe, () => state.get(key));
  // Keys are new objects at each render; their id identifies them.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const set = useCallback((update: Update<T>) => state.set({ id, initial }, update), [state, id]);
  return [value, set];
}
