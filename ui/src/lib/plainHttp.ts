/** Whether an address leads to another computer unencrypted. Only for what a form offers; the host decides. */
export function isPlainHttp(address: string): boolean {
  if (!URL.canParse(address.trim())) return false;
  const { protocol, hostname } = new URL(address.trim());
  return protocol === "http:" && !/^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
