import { type PastedServer, type PastedServers } from "@/host/bindings";

type Address = Extract<PastedServer["place"], { kind: "address" }>;
type Program = Extract<PastedServer["place"], { kind: "program" }>;

/** An address as it was pasted. */
export function pastedAddress(
  url: string,
  place: Partial<Address> = {},
  rest: Partial<PastedServer> = {},
): PastedServer {
  return {
    title: null,
    blanks: [],
    timeLimits: {},
    isOff: false,
    notes: [],
    ...rest,
    place: { kind: "address", url, headers: [], ...place },
  };
}

/** A program as it was pasted, from its words. */
export function pastedProgram(
  words: string[],
  place: Partial<Program> = {},
  rest: Partial<PastedServer> = {},
): PastedServer {
  const [program = "", ...others] = words;
  return {
    title: "Files",
    blanks: [],
    timeLimits: {},
    isOff: false,
    notes: [],
    ...rest,
    place: { kind: "program", program, arguments: others, folder: null, variables: [], ...place },
  };
}

type Entry = { command?: string; args?: string[]; url?: string; env?: Record<string, string> };

/** What the host reads in a text, as far as tests and the mock paste such. */
export function readPasted(text: string): PastedServers {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) {
    const { mcpServers } = JSON.parse(trimmed) as { mcpServers: Record<string, Entry> };
    return {
      servers: Object.entries(mcpServers).map(([title, entry]) => serverOf(title, entry)),
      notes: [],
      isLink: false,
    };
  }
  const servers = /\s/.test(trimmed) ? [pastedProgram(trimmed.split(/\s+/))] : [pastedAddress(trimmed)];
  return { servers, notes: [], isLink: false };
}

function serverOf(title: string, { command = "", args = [], url, env = {} }: Entry): PastedServer {
  if (url) return pastedAddress(url, {}, { title });
  const isSecret = (name: string) => /key|token|secret/i.test(name);
  const variables = Object.entries(env).map(([name, value]) => ({ name, value, isSecret: isSecret(name) }));
  const found = [...args, ...Object.values(env)].flatMap((one) => [...one.matchAll(/\$\{input:(\w+)\}/g)]);
  const blanks = found.map(([blank, name = ""]) => ({
    text: blank,
    name,
    description: null,
    default: null,
    options: [],
    isSecret: isSecret(name),
  }));
  return pastedProgram([command, ...args], { variables }, { title, blanks });
}
