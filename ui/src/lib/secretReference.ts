/**
 * Whether text looks like a secret reference. Only for offering it to the user: typed text stays a secret until the
 * user says otherwise.
 */
export function looksLikeReference(text: string): boolean {
  return /^(?:env|cmd|op):\/\/\S/.test(text.trim());
}
