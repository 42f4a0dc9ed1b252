import { isObject } from "./schema/schema";

/** What was pasted as the place of a server: its address and perhaps its name, or why it is none, in a few words. */
export type PastedServer = { url: string; title: string | null } | { problem: string };

const localOnly = "Local servers aren't supported yet. Paste the https address of a remote server";

/** Reads an address, the settings of another program (`{"mcpServers": …}`), or a command that names an address. */
export function readPasted(text: string): PastedServer {
  const trimmed = text.trim();
  if (/^["{]/.test(trimmed)) return readSettings(trimmed);
  const words = trimmed.split(/\s+/);
  if (words.length === 1) return { url: withScheme(trimmed), title: null };
  const url = words.find((word) => /^https?:\/\/\S+$/.test(word));
  return url ? { url, title: null } : { problem: localOnly };
}

function readSettings(text: string): PastedServer {
  // One entry may be copied with its name and without the braces around it.
  const settings = parse(text) ?? parse(`{${text.replace(/,$/, "")}}`);
  if (!isObject(settings)) return { problem: "This JSON can't be read" };
  return findServer(settings, null) ?? { problem: mentionsCommand(text) ? localOnly : "No address in this JSON" };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The first server with an address, at whatever depth a program keeps it; its name is the key that leads to it. */
function findServer(value: Record<string, unknown>, name: string | null): PastedServer | null {
  const address = [value.url, value.serverUrl, value.httpUrl, ...argumentsOf(value)].find(isAddress);
  if (address) return { url: address, title: name };
  for (const [key, member] of Object.entries(value)) {
    const found = isObject(member) && findServer(member, containers.has(key) ? null : key);
    if (found) return found;
  }
  return null;
}

const containers: ReadonlySet<string> = new Set(["mcpServers", "servers", "mcp"]);

/** Of a command such as `npx mcp-remote URL`, which stands between a program and a remote server. */
function argumentsOf({ args }: Record<string, unknown>): unknown[] {
  return Array.isArray(args) ? args : [];
}

function isAddress(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\/\S+$/.test(value);
}

function mentionsCommand(text: string): boolean {
  return /"command"\s*:/.test(text);
}

/** What was typed, as an absolute URL; loopback is spoken to without TLS. */
function withScheme(address: string): string {
  if (/^\w+:\/\//.test(address)) return address;
  return `${/^(localhost|127\.|\[::1\])/.test(address) ? "http" : "https"}://${address}`;
}
