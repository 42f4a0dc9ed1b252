/** Two letters for a name: the heads of its first two words, else its first two letters. */
export function initials(name: string): string {
  const words = name.split(/[\s\-_./]+|(?<=[a-z])(?=[A-Z])/).filter(Boolean);
  const [first = "?", second] = words;
  // Of numbers the first is enough: `127.0.0.1` is not `10`.
  if (second && !/^\d+$/.test(first)) return (first.charAt(0) + second.charAt(0)).toUpperCase();
  return first.charAt(0).toUpperCase() + first.slice(1, 2).toLowerCase();
}

/** A sentence for show: first letter large, unless an address stands there, and a full stop where none is. */
export function sentence(text: string): string {
  const large = capital(text);
  return /[.!?…]$/.test(large) ? large : `${large}.`;
}

/** The text with its first letter large; an address, `mistral.ai` or `127.0.0.1:80`, stays as it is. */
export function capital(text: string): string {
  return isAddress(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function isAddress(text: string): boolean {
  return /^\S*[\p{L}\d](?:[.@_/]|:\/\/|:\d)[\p{L}\d]/u.test(text.split(" ", 1)[0] ?? "");
}

/** A title within a sentence: `client ID`, but `API key`. */
export function midSentence(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

/** `1 tool`, `42 tools`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(number)} ${number === 1 ? noun : plural}`;
}

// American lists would have a comma before the last word.
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

/** A number with a thin gap in thousands. */
export function grouped(number: number): string {
  return whole.format(number).replaceAll(",", "\u2009");
}

/** The address without its scheme and a slash at the end, for rows. */
export function shortAddress(url: string): string {
  return url.replace(/^https?:\/\//, "").replace(/\/$/, "");
}

/** Cuts a text in the middle, so that both ends can be told apart. */
export function cutMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const half = Math.floor((length - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(text.length - half)}`;
}
