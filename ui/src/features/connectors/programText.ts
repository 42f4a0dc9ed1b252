import { repeatedName } from "@/components/secretValue";
import { type ServerCommand } from "@/host/bindings";

/** A command as text, with one argument or variable per line. */
export type ProgramText = { program: string; arguments: string; folder: string; variables: string };

export function programText({ program, arguments: words, folder, variables }: ServerCommand): ProgramText {
  const pairs = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return { program, arguments: words.join("\n"), folder: folder ?? "", variables: pairs.join("\n") };
}

/** Whether the command can be edited as text: no value has line breaks, and the last argument is not empty. */
export function isEditableAsText({ arguments: words, variables }: ServerCommand): boolean {
  return words.at(-1) !== "" && [...words, ...Object.values(variables)].every((text) => !text.includes("\n"));
}

type ParsedProgram = { command: ServerCommand } | { errors: Partial<ProgramText> };

/** Parses the text; returns the command, or error messages by field. */
export function parseProgram(text: ProgramText): ParsedProgram {
  const lines = text.variables.split("\n").filter((line) => line.trim() !== "");
  if (text.program.trim() === "") return { errors: { program: "Enter a program" } };
  if (lines.some((line) => line.indexOf("=") < 1)) return { errors: { variables: "Enter NAME=VALUE on each line" } };
  const variables = lines.map(parseVariable);
  const repeated = repeatedName(
    "variables",
    variables.map(([name]) => ({ name })),
  );
  if (repeated) return { errors: { variables: repeated } };
  const command = {
    program: text.program.trim(),
    arguments: text.arguments === "" ? [] : text.arguments.replace(/\n$/, "").split("\n"),
    folder: text.folder.trim() || null,
    variables: Object.fromEntries(variables),
  };
  return { command };
}

function parseVariable(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, at).trim(), line.slice(at + 1)];
}
