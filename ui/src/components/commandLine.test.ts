import { describe, expect, it } from "vitest";
import { commandLine } from "./commandLine";

describe("commandLine", () => {
  it("keeps words apart", () => {
    const command = {
      program: "npx",
      arguments: ["-y", "@a/b@1.2", "my files", "", "it's"],
      folder: null,
      variables: {},
    };
    expect(commandLine(command)).toBe(`npx -y @a/b@1.2 'my files' '' 'it'\\''s'`);
  });
});
