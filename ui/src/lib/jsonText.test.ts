import { describe, expect, it } from "vitest";
import { isExact } from "./exactNumber";
import { jsonError, locate, readJson, valueText, writeJson, writeMarkedJson } from "./jsonText";

describe("reading", () => {
  it.each([
    null,
    false,
    0,
    -0.5,
    1e21,
    "",
    "\u0000\u2028🎛",
    [],
    {},
    { a: null, "": [[]], __proto__x: { b: [1, "1", true] } },
  ])("gives back what was written: %j", (value) => expect(readJson(writeJson(value))).toEqual({ value, problems: [] }));

  it("tells line and reason", () => {
    expect(readJson('{\n  "a": 1,\n  "b": tru\n}').problems[0]).toMatchObject({ line: 3 });
    expect(readJson('{"a": 1,}').problems[0]?.line).toBe(1);
    expect(readJson("").problems).toHaveLength(1);
    expect(readJson("// no\n{}").problems[0]?.message).toBe("Comments aren't allowed");
  });

  it("refuses what it would lose: long numbers and keys given twice", () => {
    expect(readJson('{"id": 9007199254740993}').problems[0]?.message).toContain("9007199254740993");
    expect(readJson('{"id": "9007199254740993"}').problems).toEqual([]);
    expect(readJson('{"a": 1, "a": 2}').problems[0]?.message).toBe("Duplicate key a");
  });
});

it("reads no JSON so deep that reading it would fail, but counts no brackets in texts", () => {
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  expect(readJson(deep(200)).problems).toEqual([]);
  expect(readJson(deep(201)).problems).toEqual([{ from: 200, to: 201, line: 1, message: "Nested too deeply" }]);
  expect(jsonError("[".repeat(100_000))).toBe("Line 1: Nested too deeply");
  expect(jsonError(`"\n${"{".repeat(100_000)}`)).toBe("Line 2: Nested too deeply");
  expect(readJson(JSON.stringify(['\\"', "[".repeat(1000)])).problems).toEqual([]);
  expect(readJson(`[${Array(1000).fill("{}").join()}]`).problems).toEqual([]);
});

it("marks numbers that may have been rounded where text is shown or copied", () => {
  const value: unknown = JSON.parse('{"id": 9007199254740993, "n": 1.5}');
  expect(JSON.parse(writeMarkedJson(value))).toEqual({ id: "≈ 9007199254740992", n: 1.5 });
  expect(JSON.parse(valueText(value))).toEqual({ id: "≈ 9007199254740992", n: 1.5 });
  expect(valueText(JSON.parse("9007199254740993"))).toBe("≈ 9007199254740992");
  expect(["a", 1, true, [1]].map((one) => valueText(one, 0))).toEqual(["a", "1", "true", "[1]"]);
});

it("finds the place of a value, or of its nearest parent", () => {
  const text = writeJson({ a: 1, list: [{ b: "x" }] });
  expect(locate(text, "/list/0/b")).toMatchObject({ line: 5 });
  expect(locate(text, "/list/0/missing")).toMatchObject({ line: 4 });
  expect(locate(text, "")).toMatchObject({ from: 0, to: 1, line: 1 });
});

it.each([
  ["9007199254740991", true],
  ["9007199254740993", false],
  ["9223372036854775807", false],
  ["1152921504606846976", true],
  ["0.1", true],
  ["1e400", false],
  ["1.0000", true],
  ["123456789012345678.5", false],
])("%s is exact: %s", (text, exact) => expect(isExact(text)).toBe(exact));
