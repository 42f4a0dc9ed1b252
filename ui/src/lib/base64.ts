/** The bytes of a base64 text; `null` if it is none. */
export function decodeBase64(base64: string): Uint8Array<ArrayBuffer> | null {
  let text: string;
  try {
    text = atob(base64);
  } catch {
    return null;
  }
  const decoded = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) decoded[at] = text.charCodeAt(at);
  return decoded;
}
