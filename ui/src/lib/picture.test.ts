import { expect, it } from "vitest";
import { readPicture } from "./picture";

const base64 = (...parts: (string | number[])[]) =>
  btoa(parts.map((part) => (typeof part === "string" ? part : String.fromCharCode(...part))).join(""));

const png = (width: number[], height: number[]) =>
  base64("\u0089PNG\r\n\u001a\n", [0, 0, 0, 13], "IHDR", width, height, [8, 6, 0, 0, 0]);

const gif = (screen: number[], frame: number[]) =>
  base64("GIF89a", screen, [0x80, 0, 0, 1, 2, 3, 4, 5, 6, 0x21, 0xf9, 1, 9, 0, 0x2c], frame);

const jpeg = (...size: number[]) =>
  base64([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc4, 0, 3, 0, 0xff, 0xc2, 0, 11, 8, ...size, 1, 1, 0x11, 0]);

it.each([
  [png([0, 0, 1, 0], [0, 0, 0, 2]), { type: "image/png", width: 256, height: 2 }],
  [gif([1, 1, 2, 0], [0, 0, 0, 0, 1, 0, 1, 0]), { type: "image/gif", width: 257, height: 2 }],
  [jpeg(0, 5, 1, 0), { type: "image/jpeg", width: 256, height: 5 }],
  [
    base64("RIFF", [0, 0, 0, 0], "WEBPVP8X", [10, 0, 0, 0], [0, 0, 0, 0], [255, 1, 0], [1, 0, 0]),
    { type: "image/webp", width: 512, height: 2 },
  ],
  [
    base64("RIFF", [0, 0, 0, 0], "WEBPVP8L", [0, 0, 0, 0], [0x2f], [0x02, 0x40, 0x00, 0x00]),
    { type: "image/webp", width: 3, height: 2 },
  ],
  [
    base64("RIFF", [0, 0, 0, 0], "WEBPVP8 ", [0, 0, 0, 0], [0, 0, 0, 0x9d, 1, 0x2a], [7, 0], [9, 0]),
    { type: "image/webp", width: 7, height: 9 },
  ],
])("reads type and size of %s", (data, picture) => {
  expect(readPicture(data)).toEqual(picture);
});

it("draws neither markup, nor what isn't a picture, nor what is too large", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
  for (const data of [
    base64(svg),
    base64("<?xml version='1.0'?>", svg),
    "",
    "AAAA",
    "not base64",
    png([0, 0, 255, 255], [0, 0, 255, 255]),
    gif([1, 0, 1, 0], [0, 0, 0, 0, 255, 255, 255, 255]),
    jpeg(255, 255, 255, 255),
    base64("\u0089PNG\r\n"),
    base64([0xff, 0xd8, 0xff, 0xda, 0, 0]),
    base64("RIFF", [0, 0, 0, 0], "WEBPABCD"),
  ])
    expect(readPicture(data)).toBeNull();
});
