/** Sounds in results of tools: which can be played. */

import { decodeBase64 } from "./base64";

/** The media type of a sound by its first bytes, whatever type a server names; `null` for anything else. */
export function soundType(sound: Uint8Array): string | null {
  const word = (at: number) => String.fromCharCode(...sound.subarray(at, at + 4));
  const start = word(0);
  if (start === "RIFF" && word(8) === "WAVE") return "audio/wav";
  if (start === "OggS") return "audio/ogg";
  if (start === "fLaC") return "audio/flac";
  if (word(4) === "ftyp") return "audio/mp4";
  if (start === "\u001aE\u00df\u00a3") return "audio/webm";
  if (start.startsWith("ID3")) return "audio/mpeg";
  const [first = 0, second = 0] = sound;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return null;
  // A frame of MPEG audio. Layer 0 is AAC, with four more bits of its first mark set.
  if ((second & 0x06) !== 0) return "audio/mpeg";
  return (second & 0x10) !== 0 ? "audio/aac" : null;
}

/** The bytes of a sound that can be played, with their media type; `null` if it is none. */
export function readSound(base64: string): Blob | null {
  const sound = decodeBase64(base64);
  if (sound === null) return null;
  const type = soundType(sound);
  return type === null ? null : new Blob([sound], { type });
}
