import { compareText } from "./order";

/** A part of a text, and whether it matches a query. */
type TextSegment = { text: string; typed: boolean };

/** The lower-case words of a query. */
export function splitWords(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Whether a lower-case text contains all words. */
export function hasWords(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

/**
 * Scores texts against a query: higher is better, `null` if a word is missing. Matches at the start of a text count
 * most, then those at the start of a word.
 */
export function score(words: string[], texts: string[]): number | null {
  let sum = 0;
  for (const word of words) {
    let best = 0;
    texts.forEach((text, index) => {
      const at = text.toLowerCase().indexOf(word);
      if (at < 0) return;
      const head = at === 0 ? 4 : /[\s_\-./]/.test(text.charAt(at - 1)) ? 3 : 2;
      best = Math.max(best, head - index * 0.5);
    });
    if (best === 0) return null;
    sum += best;
  }
  return sum;
}

/**
 * The items that match a query, best first; all, sorted by title, for an empty query. `textsOf` returns the searched
 * texts of an item by weight, its title first.
 */
export function bestMatches<T>(items: readonly T[], query: string, textsOf: (item: T) => string[]): T[] {
  const words = splitWords(query);
  return items
    .map((item) => {
      const texts = textsOf(item);
      return { item, title: texts[0] ?? "", points: score(words, texts) };
    })
    .filter((match) => match.points !== null)
    .sort((left, right) => (right.points ?? 0) - (left.points ?? 0) || compareText(left.title, right.title))
    .map(({ item }) => item);
}

/** Cuts a text into stretches, so that what was typed can be underlined. */
export function splitByMatch(words: string[], text: string): TextSegment[] {
  if (words.length === 0) return [{ text, typed: false }];
  const lower = text.toLowerCase();
  const marks = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    const at = lower.indexOf(word);
    if (at >= 0) marks.fill(true, at, at + word.length);
  }
  const found: TextSegment[] = [];
  let index = 0;
  for (const letter of text) {
    const typed = marks[index] ?? false;
    index += letter.length;
    const last = found.at(-1);
    if (last?.typed === typed) last.text += letter;
    else found.push({ text: letter, typed });
  }
  return found;
}
