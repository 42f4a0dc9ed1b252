/**
 * Whether pasted text looks like a server: a URL, an install link, another program's settings, or a command. Only a
 * hint; the host parses it.
 */
export function looksLikeServer(text: string): boolean {
  if (/^https?:\/\/\S+$/.test(text)) return true;
  if (/^(cursor|goose|vscode(-insiders)?):\S+$/.test(text)) return true;
  if (/^[{["]/.test(text)) return /"(mcpServers|command|url|serverUrl|httpUrl|cmd)"\s*:/.test(text);
  return /^(\$ )?(npx|bunx|uvx|docker run|claude mcp add|codex mcp add)\s/.test(text);
}
