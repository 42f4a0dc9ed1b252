import { expect, it } from "vitest";
import { looksLikeServer } from "./pastedServer";

it.each([
  "https://mcp.linear.app/mcp",
  '{"mcpServers": {"files": {"command": "npx"}}}',
  '{\n  "servers": {"a": {"url": "https://a.example/mcp"}}\n}',
  '"linear": {"url": "https://mcp.linear.app/mcp"}',
  "cursor://anysphere.cursor-deeplink/mcp/install?name=a&config=e30",
  "vscode:mcp/install?%7B%7D",
  "goose://extension?cmd=npx",
  "npx -y server-files /tmp",
  "$ uvx server",
  "docker run -i --rm mcp/files",
])("takes_%s", (text) => {
  expect(looksLikeServer(text)).toBe(true);
});

it.each(["", "hello", "npx", "rm -rf /", "see https://a.example", '{"name": "value"}', "javascript:alert(1)"])(
  "leaves_%s_alone",
  (text) => {
    expect(looksLikeServer(text)).toBe(false);
  },
);
