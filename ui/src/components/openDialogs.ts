import { useSyncExternalStore } from "react";

const openDialogs = new Set<symbol>();
const listeners = new Set<() => void>();

/** Counts a dialog as open until the returned function is called. */
export function registerDialog(): () => void {
  const self = Symbol("dialog");
  openDialogs.add(self);
  notify();
  return () => {
    openDialogs.delete(self);
    notify();
  };
}

/** Whether any dialog is open. */
export function hasOpenDialog(): boolean {
  return openDialogs.size > 0;
}

export function useHasOpenDialog(): boolean {
  return useSyncExternalStore(subscribe, hasOpenDialog);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) listener();
}
