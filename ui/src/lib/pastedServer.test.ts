import { expect, it } from "vitest";
import { readPasted } from "./pastedServer";

const url = "https://mcp.linear.app/mcp";

it.each([
  [url, null],
  ["  mcp.linear.app/mcp ", null],
  [JSON.stringify({ mcpServers: { Linear: { url } } }), "Linear"],
  [JSON.stringify({ servers: { linear: { type: "http", url, headers: {} } } }, null, 2), "linear"],
  [JSON.stringify({ mcp: { servers: { linear: { serverUrl: url } } } }), "linear"],
  [`"linear": {"url": "${url}"},`, "linear"],
  [JSON.stringify({ url }), null],
  [JSON.stringify({ mcpServers: { files: { command: "npx", args: ["files"] }, linear: { url } } }), "linear"],
  [JSON.stringify({ mcpServers: { linear: { command: "npx", args: ["-y", "mcp-remote", url] } } }), "linear"],
  [`npx -y mcp-remote ${url}`, null],
  [`claude mcp add --transport http linear ${url}`, null],
])("finds_the_address_in_%s", (text, title) => {
  expect(readPasted(text)).toEqual({ url, title });
});

it("speaks_to_this_computer_without_tls", () => {
  expect(readPasted("localhost:8931/mcp")).toEqual({ url: "http://localhost:8931/mcp", title: null });
});

it.each([
  ["npx -y @modelcontextprotocol/server-filesystem /tmp", /^Local servers aren't supported yet/],
  ['{"mcpServers": {"files": {"command": "npx", "args": ["files"]}}}', /^Local servers aren't supported yet/],
  ['{"mcpServers": {}}', /^No address/],
  ['{"mcpServers": ', /can't be read/],
])("says_what_is_wrong_with_%s", (text, words) => {
  expect(readPasted(text)).toEqual({ problem: expect.stringMatching(words) as string });
});
