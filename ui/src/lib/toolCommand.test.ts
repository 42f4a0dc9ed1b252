import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { apiCommand, shellQuote, toolCommand } from "./toolCommand";

it("writes text as key=value and everything else as key:=json", () => {
  expect(toolCommand("github", "create_issue", { title: "It's here", labels: ["a b"], milestone: null, n: 12, off: undefined })).toBe(
    `patchbay tool run github create_issue 'title=It'\\''s here' 'labels:=["a b"]' milestone:=null n:=12`,
  );
});

it("hands keys that cannot be written so over standard input", () => {
  expect(toolCommand("c", "t", { "a=b": "-" })).toBe(`printf %s '{"a=b":"-"}' | patchbay tool run c t -`);
});

it("calls an operation as an account by its label", () => {
  expect(apiCommand("Mistral · Northlight", "list", { page_size: 10, query: "crm" })).toBe("patchbay api 'Mistral · Northlight' list page_size:=10 query=crm");
});

it.each(["", "a b", "$HOME `id` \"x\" \\ ! *", "it's\nnew", "-n", "ünï 🎛", "a;b&c|d>e"])("a shell reads back %j", (word) => {
  expect(execFileSync("sh", ["-c", `printf '%s' ${shellQuote(word)}`]).toString()).toBe(word);
});
