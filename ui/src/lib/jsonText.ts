import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { inexactNumber, mayBeRounded } from "./exactNumber";
import { fromPointer } from "./jsonPointer";

/** A problem in a text; offsets in UTF-16 units, lines from 1. */
export type TextProblem = { from: number; to: number; line: number; message: string };

type ReadText = { value: unknown; problems: [] } | { value: undefined; problems: TextProblem[] };

export function writeJson(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? "";
}

const marked = (value: unknown) => (mayBeRounded(value) ? `≈ ${String(value)}` : value);

/** JSON for display or copying. Numbers that may have been rounded are texts with a mark, as in the JSON view. */
export function writeMarkedJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, (_key, inner: unknown) => marked(inner), indent) ?? "";
}

/** A value among others for display: a text or number without quotes, else as {@link writeMarkedJson}. */
export function valueText(value: unknown, indent = 2): string {
  const shown = marked(value);
  return typeof shown === "string" ? shown : writeMarkedJson(value, indent);
}

/** Parses JSON strictly: comments, duplicate keys, and numbers that JavaScript would round are problems. */
export function readJson(text: string): ReadText {
  const deep = tooDeepAt(text);
  if (deep !== null) return { value: undefined, problems: [at(text, deep, 1, "Nested too deeply")] };
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const problems = errors.map(({ error, offset, length }) =>
    at(text, offset, length, sentences[printParseErrorCode(error)] ?? "Not valid JSON"),
  );
  if (problems.length === 0 && tree) inspect(tree, text, problems);
  if (problems.length > 0 || !tree) {
    return {
      value: undefined,
      problems: problems.length > 0 ? problems : [at(text, 0, text.length, "Enter a JSON value")],
    };
  }
  return { value: JSON.parse(text) as unknown, problems: [] };
}

/** Maximum nesting of JSON, which is read recursively; the host reads less. */
const maxDepth = 200;

/** The offset of the first bracket that is nested too deeply. */
function tooDeepAt(text: string): number | null {
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text.charAt(index);
    if (isQuoted && sign === "\\") index += 1;
    else if (isQuoted) isQuoted = sign !== '"' && sign !== "\n" && sign !== "\r";
    else if (sign === '"') isQuoted = true;
    else if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") depth -= 1;
    if (depth > maxDepth) return index;
  }
  return null;
}

/** The first problem of JSON text: `Line 2: Missing }`; `null` if it is valid. */
export function jsonError(text: string): string | null {
  const [problem] = readJson(text).problems;
  return problem ? `Line ${problem.line}: ${problem.message}` : null;
}

/** Finds the text of the value at `pointer`, or of its nearest existing parent. */
export function locate(text: string, pointer: string): { from: number; to: number; line: number } {
  const tree = parseTree(text, [], { disallowComments: true });
  const path = fromPointer(pointer);
  for (let depth = path.length; tree && depth >= 0; depth -= 1) {
    const node = findNode(tree, path.slice(0, depth));
    if (!node) continue;
    // Only the opening bracket of a container is marked.
    const length = node.type === "object" || node.type === "array" ? 1 : node.length;
    return { from: node.offset, to: node.offset + length, line: lineOf(text, node.offset) };
  }
  return { from: 0, to: 0, line: 1 };
}

function findNode(tree: Node, path: readonly string[]): Node | undefined {
  let here: Node | undefined = tree;
  for (const step of path) {
    if (!here) return undefined;
    here = findNodeAtLocation(here, [here.type === "array" ? Number(step) : step]);
  }
  return here;
}

function inspect(node: Node, text: string, problems: TextProblem[]): void {
  if (node.type === "number") {
    const message = inexactNumber(text.slice(node.offset, node.offset + node.length));
    if (message) problems.push(at(text, node.offset, node.length, message));
  }
  if (node.type === "object") {
    const seen = new Set<unknown>();
    for (const property of node.children ?? []) {
      const key = property.children?.[0];
      if (key && seen.has(key.value))
        problems.push(at(text, key.offset, key.length, `Duplicate key ${String(key.value)}`));
      seen.add(key?.value);
    }
  }
  for (const child of node.children ?? []) inspect(child, text, problems);
}

function at(text: string, offset: number, length: number, message: string): TextProblem {
  const from = Math.min(offset, text.length);
  return { from, to: Math.min(from + Math.max(length, 1), text.length), line: lineOf(text, from), message };
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf("\n"); index !== -1 && index < offset; index = text.indexOf("\n", index + 1)) line += 1;
  return line;
}

const sentences: Partial<Record<string, string>> = {
  InvalidSymbol: "Not a JSON value (text needs double quotes)",
  InvalidNumberFormat: "Not a number",
  PropertyNameExpected: "Expected a name in double quotes",
  ValueExpected: "Expected a value",
  ColonExpected: "Expected :",
  CommaExpected: "Expected ,",
  CloseBraceExpected: "Missing }",
  CloseBracketExpected: "Missing ]",
  EndOfFileExpected: "Unexpected text after the value",
  InvalidCommentToken: "Comments aren't allowed",
  UnexpectedEndOfString: "Missing closing quote",
  UnexpectedEndOfNumber: "Incomplete number",
  InvalidUnicode: "Invalid Unicode escape",
  InvalidEscapeCharacter: "Invalid escape",
  InvalidCharacter: "Escape this character",
};
