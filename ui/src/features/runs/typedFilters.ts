/** A filter as typed, such as `status:failed`. The host defines its meaning (`RunQuery::parse`). */
export type TypedFilter = { name: FilterName; value: string };

type FilterName = "is" | "status" | "connector" | "tool" | "source" | "since";

const names: readonly string[] = ["is", "status", "connector", "tool", "source", "since"] satisfies FilterName[];
const states = ["done", "failed", "running", "cancelled", "denied"];

/** Words with trailing spaces. An open quote extends to the end. */
const pieces = /(?:"[^"]*(?:"|$)|[^\s"])+\s*|\s+/g;

/**
 * Extracts filters from a text being typed. The last word counts only once a space follows it or `isOver` is set; other
 * words stay.
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
  // A number of minutes, hours, days or weeks.
  if (called === "since") return /^\d{1,4}[mhdw]$/i.test(typed) ? { name: called, value } : undefined;
  if (called === "is") return value.toLowerCase() === "pinned" ? { name: called, value: "pinned" } : undefined;
  if (called !== "status") return { name: called, value };
  const state = value.toLowerCase() === "error" ? "failed" : value.toLowerCase();
  return states.includes(state) ? { name: called, value: state } : undefined;
}

function isName(name: string): name is FilterName {
  return names.includes(name);
}

/** Adds filters: several states combine, other filters replace one of the same name. */
export function withFilters(filters: readonly TypedFilter[], more: readonly TypedFilter[]): TypedFilter[] {
  return more.reduce<TypedFilter[]>(
    (all, one) => [
      ...all.filter((other) => other.name !== one.name || (one.name === "status" && other.value !== one.value)),
      one,
    ],
    [...filters],
  );
}

/** The text of a query for the host. */
export function asTyped(filters: readonly TypedFilter[], words: string): string {
  return [...filters.map(({ name, value }) => `${name}:${quoteWords(value)}`), words].join(" ").trim();
}

/** Quotes a value with spaces. Quotes inside become `*`, which matches any text. */
function quoteWords(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replaceAll('"', "*")}"` : value;
}
