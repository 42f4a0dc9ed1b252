import { expect, it } from "vitest";
import { pastedAddress } from "@/test/pastedSamples";
import { defaultsOf, emptyBlanks, fillAddress } from "./pastedForm";

const blank = (text: string, preset: string | null) => ({
  text,
  name: "X",
  description: null,
  default: preset,
  options: [],
  isSecret: false,
});

it("a_placeholder_whose_default_is_empty_may_stay_empty", () => {
  const blanks = [blank("${A}", null), blank("${B:-}", ""), blank("${C:-c}", "c")];
  const filled = defaultsOf(blanks);
  expect(Object.keys(emptyBlanks(blanks, filled))).toEqual(["${A}"]);
  const server = pastedAddress("https://h.example/${B:-}mcp/${C:-c}", {}, { blanks });
  expect(fillAddress(server, filled).place).toMatchObject({ url: "https://h.example/mcp/c" });
});
