import { expect, it } from "vitest";
import { changesNothing, emptySecret, secretError } from "./secretForm";

it.each([
  ["headers", "key", "key is given twice"],
  ["variables", "KEY", "KEY is given twice"],
  ["variables", "key", null],
] as const)("names_of_%s_are_given_once: KEY and %s", (kind, second, error) => {
  const headers = ["KEY", second].map((name) => ({ name, value: "a" }));
  expect(secretError({ ...emptySecret(kind), headers })).toBe(error);
});

it("a_form_with_the_same_names_and_no_value_changes_nothing", () => {
  const names = ["X-Key", "X-Tenant"];
  const form = emptySecret("headers", names);
  expect(changesNothing(form, names)).toBe(true);
  expect(changesNothing({ ...form, headers: form.headers.slice(1) }, names)).toBe(false);
  expect(changesNothing({ ...form, headers: [{ name: "X-Key", value: "a" }, ...form.headers.slice(1)] }, names)).toBe(
    false,
  );
  expect(changesNothing({ ...form, kind: "bearer" }, names)).toBe(false);
});
