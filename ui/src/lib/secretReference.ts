/**
 * Whether text is spelled like a secret reference. Good for an offer to the person who typed it and nothing else:
 * what was typed as a secret is one until they say otherwise.
 */
export function looksLikeReference(text: string): boolean {
  return /^(?:env|cmd|op):\/\/\S/.test(text.trim());
}
