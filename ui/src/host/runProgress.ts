import { Channel } from "@tauri-apps/api/core";
import { type RunProgress } from "./bindings";

/** A channel through which one run tells its steps. */
export function runProgress(onStep: (step: RunProgress) => void): Channel<RunProgress> {
  const channel = new Channel<RunProgress>();
  channel.onmessage = onStep;
  return channel;
}
