/** The origin of a URL; `null` for any other text. */
export function originOf(text: string): string | null {
  return URL.canParse(text) ? new URL(text).origin : null;
}
