import { expect, it } from "vitest";
import { readSound } from "./sound";

const base64 = (...parts: (string | number[])[]) =>
  btoa(parts.map((part) => (typeof part === "string" ? part : String.fromCharCode(...part))).join(""));

it.each([
  [base64("RIFF", [36, 0, 0, 0], "WAVEfmt "), "audio/wav"],
  [base64("OggS", [0, 2]), "audio/ogg"],
  [base64("fLaC", [0]), "audio/flac"],
  [base64([0, 0, 0, 32], "ftypM4A "), "audio/mp4"],
  [base64([0x1a, 0x45, 0xdf, 0xa3, 1]), "audio/webm"],
  [base64("ID3", [4, 0]), "audio/mpeg"],
  [base64([0xff, 0xfb, 0x90, 0]), "audio/mpeg"],
  [base64([0xff, 0xf1, 0x50, 0x80]), "audio/aac"],
])("a_sound_is_what_its_bytes_are", (sound, type) => {
  expect(readSound(sound)?.type).toBe(type);
});

it.each([
  base64("RIFF", [36, 0, 0, 0], "WEBPVP8 "),
  base64("<html>"),
  base64([0xff, 0xd8, 0xff, 0xe0]),
  base64([0xff, 0xe0]),
  "",
  "AAAA",
  "not base64!",
])("anything_else_is_none", (sound) => {
  expect(readSound(sound)).toBeNull();
});
