const characters = new Intl.Segmenter("en");

/** The first character as a person counts them, such as a whole emoji, and the rest. */
function splitFirst(text: string): [first: string, rest: string] {
  for (const { segment } of characters.segment(text)) return [segment, text.slice(segment.length)];
  return ["", ""];
}

/** Two letters for a name: the initials of its first two words, else its first two letters. */
export function initials(name: string): string {
  const words = name.split(/[\s\-_./]+|(?<=[a-z])(?=[A-Z])/).filter(Boolean);
  const [first = "?", second] = words;
  // A leading number alone is enough: `127.0.0.1` is not `10`.
  const [letter, rest] = splitFirst(first);
  if (second && !/^\d+$/.test(first)) return (letter + splitFirst(second)[0]).toUpperCase();
  return letter.toUpperCase() + splitFirst(rest)[0].toLowerCase();
}

/** A sentence for display: capitalized and with a full stop. */
export function sentence(text: string): string {
  const capitalized = capital(text);
  return /[.!?…}\]]$/.test(capitalized) ? capitalized : `${capitalized}.`;
}

/** Capitalizes a text, unless it starts with an address such as `mistral.ai` or `127.0.0.1:80`. */
export function capital(text: string): string {
  if (isAddress(text)) return text;
  const [first, rest] = splitFirst(text);
  return first.toUpperCase() + rest;
}

function isAddress(text: string): boolean {
  return /^\S*[\p{L}\d](?:[.@_/]|:\/\/|:\d)[\p{L}\d]/u.test(text.split(" ", 1)[0] ?? "");
}

/** A title inside a sentence: `client ID`, but `API key`. */
export function midSentence(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

/** Joins texts; those that are empty or missing are left out. */
export function joinTexts(separator: string, ...texts: (string | false | 0 | null | undefined)[]): string {
  return texts.filter(Boolean).join(separator);
}

/** `1 tool`, `42 tools`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(number)} ${number === 1 ? noun : plural}`;
}

// British lists have no comma before the last word.
const all = new Intl.ListFormat("en-GB", { type: "conjunction" });
const any = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** `A`, `A and B`, `A, B and C`. */
export function allOf(words: string[]): string {
  return all.format(words);
}

/** `A`, `A or B`, `A, B or C`. */
export function anyOf(words: string[]): string {
  return any.format(words);
}

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A number with thin spaces between thousands. */
export function grouped(number: number): string {
  return whole.format(number).replaceAll(",", "\u2009");
}

/** A URL without scheme and trailing slash. */
export function shortAddress(url: string): string {
  return url.replace(/^https?:\/\//, "").replace(/\/$/, "");
}

/** Truncates a text in the middle, so that both ends can be told apart. */
export function cutMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const half = Math.floor((length - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(text.length - half)}`;
}
