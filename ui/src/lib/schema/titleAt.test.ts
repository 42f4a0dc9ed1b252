import { expect, it } from "vitest";
import { titleAt } from "./titleAt";

const schema = {
  type: "object",
  properties: {
    continue_on_failure: { type: "boolean", title: "Continue if it fails" },
    bare: { type: "object", properties: { inner: { type: "string" } } },
    excludes: { type: "array", title: "Left out", items: { type: "string" } },
    authentication: {
      title: "Sign-in",
      oneOf: [
        { type: "object" },
        { type: "object", properties: { client_id: { type: "string", title: "Client ID" } } },
      ],
    },
  },
};

it("calls_a_place_as_the_form_does", () => {
  expect(titleAt(schema, "/continue_on_failure")).toBe("Continue if it fails");
  expect(titleAt(schema, "/authentication/client_id")).toBe("Sign-in, Client ID");
  expect(titleAt(schema, "/excludes/1")).toBe("Left out 2");
  expect(titleAt(schema, "/bare/inner")).toBe("bare, inner");
  expect(titleAt(schema, "/odd/0/x")).toBe("odd 1, x");
  expect(titleAt(true, "")).toBe("");
});
