import { Channel } from "@tauri-apps/api/core";
import { type RotationPlace } from "./bindings";

/** A channel through which a rotation tells of each place as soon as it was tried. */
export function rotationNews(onPlace: (place: RotationPlace) => void): Channel<RotationPlace> {
  const channel = new Channel<RotationPlace>();
  channel.onmessage = onPlace;
  return channel;
}
