/** Pictures in results of tools: which can be drawn, and how large they become. */

import { decodeBase64 } from "./base64";

export type Picture = { type: "image/png" | "image/gif" | "image/jpeg" | "image/webp"; width: number; height: number };

/** Maximum number of pixels that are drawn. A small file can unpack to many gigabytes. */
const maxPixels = 50_000_000;

/** Bytes among which the size is looked for; in a JPEG it follows previews and colour profiles. */
const headBytes = 384 * 1024;

/** A picture that can be drawn, whatever type a server names. Markup such as SVG is none. */
export function readPicture(base64: string): Picture | null {
  const picture = readHead(decodeHead(base64));
  return picture !== null && picture.width * picture.height <= maxPixels ? picture : null;
}

function decodeHead(base64: string): DataView {
  const head = decodeBase64(base64.slice(0, (headBytes / 3) * 4));
  return new DataView(head?.buffer ?? new ArrayBuffer(0));
}

function readHead(head: DataView): Picture | null {
  try {
    const word = (at: number) =>
      String.fromCharCode(...Array.from({ length: 4 }, (_, part) => head.getUint8(at + part)));
    if (word(0) === "\u0089PNG")
      return word(12) === "IHDR" ? { type: "image/png", width: head.getUint32(16), height: head.getUint32(20) } : null;
    if (word(0) === "GIF8") return readGif(head);
    if (word(0) === "RIFF" && word(8) === "WEBP") return readWebp(head, word(12));
    return head.getUint16(0) === 0xffd8 ? readJpeg(head) : null;
  } catch (error) {
    // The picture ends within its head.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A first frame that is larger than the picture enlarges it. */
function readGif(head: DataView): Picture | null {
  const uint16 = (at: number) => head.getUint16(at, true);
  const flags = head.getUint8(10);
  let at = 13 + (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  while (head.getUint8(at) === 0x21) {
    for (at += 2; head.getUint8(at) !== 0;) at += 1 + head.getUint8(at);
    at += 1;
  }
  if (head.getUint8(at) !== 0x2c) return null;
  return {
    type: "image/gif",
    width: Math.max(uint16(6), uint16(at + 1) + uint16(at + 5)),
    height: Math.max(uint16(8), uint16(at + 3) + uint16(at + 7)),
  };
}

function readWebp(head: DataView, kind: string): Picture | null {
  const type = "image/webp";
  const uint24 = (at: number) => head.getUint16(at, true) + (head.getUint8(at + 2) << 16);
  switch (kind) {
    case "VP8X":
      return { type, width: uint24(24) + 1, height: uint24(27) + 1 };
    case "VP8L": {
      const bits = head.getUint32(21, true);
      return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8 ":
      return { type, width: head.getUint16(26, true) & 0x3fff, height: head.getUint16(28, true) & 0x3fff };
    default:
      return null;
  }
}

/** Reads the first frame header; every segment before it begins with its length. */
function readJpeg(head: DataView): Picture | null {
  let at = 2;
  for (;;) {
    const marker = head.getUint16(at);
    if (marker < 0xffc0 || marker === 0xffd9 || marker === 0xffda) return null;
    const isFrame = marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { type: "image/jpeg", width: head.getUint16(at + 7), height: head.getUint16(at + 5) };
    // A marker may be preceded by fill bytes.
    at += marker === 0xffff ? 1 : 2 + head.getUint16(at + 2);
  }
}
