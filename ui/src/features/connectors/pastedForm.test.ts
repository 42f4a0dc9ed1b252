import { expect, it } from "vitest";
import { pastedAddress, pastedProgram } from "@/test/pastedSamples";
import { blanksNeedingField, defaultsOf, emptyBlanks, fillAddress, programForm, programRequest } from "./pastedForm";

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

it("a_value_is_filled_in_wherever_its_placeholder_is", () => {
  const variables = ["A", "B"].map((name) => ({ name, value: `\${${name}}`, isSecret: name === "A" }));
  const blanks = [blank("${A}", null), blank("${B}", null)];
  const server = pastedProgram(["x", "--key=${A}"], { variables }, { blanks });
  if (server.place.kind !== "program") throw new Error("a program");
  const form = programForm(server, server.place);
  const filled = { ...form, filled: { "${A}": "s3cret" } };
  expect(programRequest(filled, server, server.place, blanksNeedingField(server, server.place))).toMatchObject({
    command: { arguments: ["--key=s3cret"], variables: {} },
    secrets: { A: { kind: "new", secret: "s3cret" } },
  });
});
