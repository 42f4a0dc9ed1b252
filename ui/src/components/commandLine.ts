import { type Connector, type ServerCommand } from "@/host/bindings";

/** A command on one line for display, quoted where a shell would need it. */
export function commandLine({ program, arguments: words }: ServerCommand): string {
  const isPlain = (word: string) => /^[\p{L}\p{N}\-_./:@%+=,~\\]+$/u.test(word);
  return [program, ...words].map((word) => (isPlain(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** The address of a connector, or the command that starts it. */
export function targetOf({ endpoint, command }: Connector): string | null {
  return command ? commandLine(command) : endpoint;
}
