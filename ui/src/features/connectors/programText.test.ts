import { expect, test } from "vitest";
import { isEditableAsText, programText, parseProgram } from "./programText";

const command = {
  program: "npx",
  arguments: ["-y", "@a/server", "", "two words", "a=b"],
  folder: "/srv/work",
  variables: { LEVEL: "debug", QUERY: " a=b " },
};

test("what_is_shown_reads_back_as_it_was", () => {
  for (const one of [command, { program: "server", arguments: [], folder: null, variables: {} }])
    expect(parseProgram(programText(one))).toEqual({ command: one });
});

test("what_is_wrong_is_told_at_its_field", () => {
  const text = programText(command);
  expect(parseProgram({ ...text, program: " " })).toEqual({ errors: { program: "Enter a program" } });
  const wrong = { errors: { variables: "Enter NAME=VALUE on each line" } };
  expect(parseProgram({ ...text, variables: "LEVEL" })).toEqual(wrong);
  expect(parseProgram({ ...text, variables: "=debug" })).toEqual(wrong);
});

test("what_has_several_lines_is_not_edited_by_lines", () => {
  expect(isEditableAsText(command)).toBe(true);
  expect(isEditableAsText({ ...command, arguments: ["one\ntwo"] })).toBe(false);
  expect(isEditableAsText({ ...command, arguments: ["one", ""] })).toBe(false);
});
