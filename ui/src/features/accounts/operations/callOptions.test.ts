import { expect, it } from "vitest";
import { noOptions, optionErrors } from "./callOptions";

it("a_header_is_given_once", () => {
  const headers = ["X-Trace", "x-trace", "", ""].map((name) => ({ name, value: name && "a" }));
  expect(optionErrors({ ...noOptions, headers })).toEqual({ headers: "x-trace is given twice" });
  expect(optionErrors({ ...noOptions, headers: headers.slice(1) })).toEqual({});
});
