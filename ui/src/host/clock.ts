import { useSyncExternalStore } from "react";

/** How often shown times are renewed; they count whole minutes. */
const interval = 30_000;

let ticks = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function tick(): void {
  ticks += 1;
  for (const listener of listeners) listener();
}

/** Ticks only while the window is visible and shows a time. */
function schedule(): void {
  clearInterval(timer);
  timer = undefined;
  if (listeners.size > 0 && document.visibilityState !== "hidden") timer = setInterval(tick, interval);
}

/** The times that are shown again may be old. */
function follow(): void {
  schedule();
  if (timer !== undefined) tick();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    document.addEventListener("visibilitychange", follow);
    schedule();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    document.removeEventListener("visibilitychange", follow);
    schedule();
  };
}

/** The current time at each render; renders again at each tick of the one clock that all views share. */
export function useNow(): Date {
  useSyncExternalStore(subscribe, () => ticks);
  return new Date();
}
