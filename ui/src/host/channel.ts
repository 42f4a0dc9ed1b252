import { Channel } from "@tauri-apps/api/core";

/** A channel on which one command reports its progress. */
export function newChannel<T>(onMessage: (message: T) => void): Channel<T> {
  return new Channel<T>(onMessage);
}
