/** Parses a URL; `null` for any other text. `URL.canParse` is missing in web views of macOS 13. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** The origin of a URL; `null` for any other text. */
export function originOf(text: string): string | null {
  return parseUrl(text)?.origin ?? null;
}
