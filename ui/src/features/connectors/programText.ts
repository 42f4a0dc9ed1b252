import { type ServerCommand } from "@/host/bindings";

/** A command as it is typed: its arguments and variables line by line. */
export type ProgramText = { program: string; arguments: string; folder: string; variables: string };

export function programText({ program, arguments: words, folder, variables }: ServerCommand): ProgramText {
  const pairs = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return { program, arguments: words.join("\n"), folder: folder ?? "", variables: pairs.join("\n") };
}

/** Whether each word and variable is one line, and the last word a line that is seen. */
export function isByLines({ arguments: words, variables }: ServerCommand): boolean {
  return words.at(-1) !== "" && [...words, ...Object.values(variables)].every((text) => !text.includes("\n"));
}

type ReadProgram = { command: ServerCommand } | { errors: Partial<ProgramText> };

/** The command, or what has to be corrected, by field. */
export function readProgram(text: ProgramText): ReadProgram {
  const lines = text.variables.split("\n").filter((line) => line.trim() !== "");
  if (text.program.trim() === "") return { errors: { program: "Enter a program" } };
  if (lines.some((line) => line.indexOf("=") < 1)) return { errors: { variables: "Enter NAME=VALUE on each line" } };
  const command = {
    program: text.program.trim(),
    arguments: text.arguments === "" ? [] : text.arguments.replace(/\n$/, "").split("\n"),
    folder: text.folder.trim() || null,
    variables: Object.fromEntries(lines.map(pairOf)),
  };
  return { command };
}

function pairOf(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, at).trim(), line.slice(at + 1)];
}
