/** A filter as it is typed, such as `status:failed`. What it lets through is the host's to say (`RunQuery::parse`). */
export type TypedFilter = { name: FilterName; value: string };

type FilterName = "is" | "status" | "connector" | "tool" | "source" | "since";

const names: readonly string[] = ["is", "status", "connector", "tool", "source", "since"] satisfies FilterName[];
const states = ["done", "failed", "running", "cancelled", "denied"];

/** Words with the space after them; one whose quote is still open goes on to the end. */
const pieces = /(?:"[^"]*(?:"|$)|[^\s"])+\s*|\s+/g;

/**
 * Takes the filters out of a text as it is being typed. The last word is not over before a space
 * follows it, or before `isOver`; words that are no filter stay as they are.
 */
export function takeFilters(text: string, isOver = false): { filters: TypedFilter[]; rest: string } {
  const filters: TypedFilter[] = [];
  const rest = (text.match(pieces) ?? []).filter((piece) => {
    const isOpen = piece.split('"').length % 2 === 0;
    const filter = isOver || (!isOpen && /\s$/.test(piece)) ? filterOf(piece.trim()) : undefined;
    if (filter) filters.push(filter);
    return !filter;
  });
  return { filters, rest: rest.join("") };
}

function filterOf(word: string): TypedFilter | undefined {
  const [, name = "", typed = ""] = /^(\w+):(.+)$/.exec(word) ?? [];
  const value = typed.replace(/^"|"$/g, "");
  const called = name.toLowerCase();
  if (!isName(called) || value === "") return undefined;
  // So many minutes, hours, days or weeks ago.
  if (called === "since") return /^\d{1,4}[mhdw]$/i.test(typed) ? { name: called, value } : undefined;
  if (called === "is") return value.toLowerCase() === "pinned" ? { name: called, value: "pinned" } : undefined;
  if (called !== "status") return { name: called, value };
  const state = value.toLowerCase() === "error" ? "failed" : value.toLowerCase();
  return states.includes(state) ? { name: called, value: state } : undefined;
}

function isName(name: string): name is FilterName {
  return names.includes(name);
}

/** States add up; of the others the last one stands. */
export function withFilters(filters: readonly TypedFilter[], more: readonly TypedFilter[]): TypedFilter[] {
  return more.reduce<TypedFilter[]>(
    (all, one) => [
      ...all.filter((other) => other.name !== one.name || (one.name === "status" && other.value !== one.value)),
      one,
    ],
    [...filters],
  );
}

/** The text that asks the host for all of them. */
export function asTyped(filters: readonly TypedFilter[], words: string): string {
  return [...filters.map(({ name, value }) => `${name}:${quoteWords(value)}`), words].join(" ").trim();
}

/** A name of several words in quotes; a quote within it is left open, which `*` stands for. */
function quoteWords(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replaceAll('"', "*")}"` : value;
}
