import { Channel } from "@tauri-apps/api/core";
import { type RotationTarget } from "./bindings";

/** A channel through which a rotation tells of each place as soon as it was tried. */
export function rotationChannel(onTarget: (target: RotationTarget) => void): Channel<RotationTarget> {
  const channel = new Channel<RotationTarget>();
  channel.onmessage = onTarget;
  return channel;
}
