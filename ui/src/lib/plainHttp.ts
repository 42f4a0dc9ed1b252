import { parseUrl } from "./url";

/** Whether a URL leads to another computer without encryption. Only for hints in forms; the host decides. */
export function isPlainHttp(address: string): boolean {
  const url = parseUrl(address.trim());
  return url?.protocol === "http:" && !/^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
}
