import { expect, test } from "vitest";
import { isEditableAsText, programText, parseProgram } from "./programText";

const command = {
  program: "npx",
  arguments: ["-y", "@a/server", "", "two words", "a=b"],
  folder: "/srv/work",
  variables: { LEVEL: "debug", QUERY: " a=b " },
};

test("commands_survive_a_round_trip", () => {
  for (const one of [command, { program: "server", arguments: [], folder: null, variables: {} }])
    expect(parseProgram(programText(one))).toEqual({ command: one });
});

test("errors_are_reported_by_field", () => {
  const text = programText(command);
  expect(parseProgram({ ...text, program: " " })).toEqual({ errors: { program: "Enter a program" } });
  const wrong = { errors: { variables: "Enter NAME=VALUE on each line" } };
  expect(parseProgram({ ...text, variables: "LEVEL" })).toEqual(wrong);
  expect(parseProgram({ ...text, variables: "=debug" })).toEqual(wrong);
});

test("multiline_values_are_not_editable", () => {
  expect(isEditableAsText(command)).toBe(true);
  expect(isEditableAsText({ ...command, arguments: ["one\ntwo"] })).toBe(false);
  expect(isEditableAsText({ ...command, arguments: ["one", ""] })).toBe(false);
});

test("a_variable_is_given_once", () => {
  const text = { ...programText(command), variables: "KEY=a\n KEY =b" };
  expect(parseProgram(text)).toEqual({ errors: { variables: "KEY is given twice" } });
  expect(parseProgram({ ...text, variables: "KEY=a\nkey=b" })).toMatchObject({
    command: { variables: { KEY: "a", key: "b" } },
  });
});
