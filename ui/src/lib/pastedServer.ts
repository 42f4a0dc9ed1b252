/**
 * Whether a text that is pasted outside a field is meant to be added: an address, a link that installs, the settings
 * of another program, or a command with which documentation starts servers. The host reads it; this only looks.
 */
export function looksLikeServer(text: string): boolean {
  if (/^https?:\/\/\S+$/.test(text)) return true;
  if (/^(cursor|goose|vscode(-insiders)?):\S+$/.test(text)) return true;
  if (/^[{["]/.test(text)) return /"(mcpServers|command|url|serverUrl|httpUrl|cmd)"\s*:/.test(text);
  return /^(\$ )?(npx|bunx|uvx|docker run|claude mcp add|codex mcp add)\s/.test(text);
}
