import { type Connector, type ServerCommand } from "@/host/bindings";

/** A command on one line, for people: words that a shell would not read as one are put in quotes. */
export function commandLine({ program, arguments: words }: ServerCommand): string {
  const isPlain = (word: string) => /^[\p{L}\p{N}\-_./:@%+=,~\\]+$/u.test(word);
  return [program, ...words].map((word) => (isPlain(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** Where a connector is: its address, or the command of its program. */
export function targetOf({ endpoint, command }: Connector): string | null {
  return command ? commandLine(command) : endpoint;
}
