import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useEffect } from "react";
import { expect, it } from "vitest";
import { type Form, type GivenSecret } from "@/host/bindings";
import { entry } from "@/test/samples";
import "../SchemaForm/SchemaForm";
import { PlatformForm } from "./PlatformForm";
import { type PlatformFormState, usePlatformForm } from "./usePlatformForm";

const form: Form = {
  schema: {
    type: "object",
    required: ["name", "authentication"],
    properties: {
      name: { type: "string", title: "Name", pattern: "^[a-z]+$", description: "Short, for the command line" },
      authentication: {
        title: "Sign-in",
        oneOf: [
          { title: "None", type: "object", required: ["kind"], properties: { kind: { const: "none" } } },
          {
            title: "Token",
            type: "object",
            required: ["kind", "token"],
            properties: { kind: { const: "token" }, token: { type: "string", title: "Token", writeOnly: true } },
          },
        ],
      },
      notes: { type: "string", title: "Notes", "x-advanced": true },
    },
  },
  values: { name: "wiki", authentication: { kind: "none" } },
  kept: [],
};

const latest: { state?: PlatformFormState } = {};

function Harness({ shown }: { shown: Form }) {
  const state = usePlatformForm(shown);
  useEffect(() => {
    latest.state = state;
  });
  return (
    <PlatformForm label="Create" state={state} wallet={[entry({ id: "ent_1", name: "Wiki key", kind: "bearer" })]} />
  );
}

/** Tries to send; every problem is shown from then on. */
function attempt(): boolean | undefined {
  let fits: boolean | undefined;
  act(() => {
    fits = latest.state?.validateAll();
  });
  return fits;
}

it("shows titles, folds what few need, and no types", async () => {
  const user = userEvent.setup();
  render(<Harness shown={form} />);
  expect(await screen.findByLabelText("Name")).toHaveValue("wiki");
  expect(screen.queryByText("string")).not.toBeInTheDocument();
  expect(screen.queryByLabelText("Notes")).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Advanced" }));
  expect(screen.getByLabelText("Notes")).toBeInTheDocument();
});

it("keeps secrets out of the values and asks for those that are missing", async () => {
  const user = userEvent.setup();
  render(<Harness shown={form} />);
  await user.click(await screen.findByRole("radio", { name: "Token" }));
  expect(attempt()).toBe(false);
  await user.type(screen.getByLabelText(/^Token/, { selector: "input[type=password]" }), "s3cret");
  expect(latest.state?.values).toEqual({ name: "wiki", authentication: { kind: "token" } });
  expect(latest.state?.secrets()).toEqual<Record<string, GivenSecret>>({
    "/authentication/token": { kind: "new", secret: "s3cret", saveAs: null },
  });
  expect(attempt()).toBe(true);
});

it("takes a secret that is kept for given", async () => {
  render(
    <Harness
      shown={{ ...form, values: { name: "wiki", authentication: { kind: "token" } }, kept: ["/authentication/token"] }}
    />,
  );
  expect(await screen.findByText(/Already set/)).toBeInTheDocument();
  expect(attempt()).toBe(true);
  expect(latest.state?.secrets()).toEqual({});
});

it("forgets a secret whose place was chosen away", async () => {
  const user = userEvent.setup();
  render(<Harness shown={form} />);
  await user.click(await screen.findByRole("radio", { name: "Token" }));
  await user.type(screen.getByLabelText(/^Token/, { selector: "input[type=password]" }), "s3cret");
  await user.click(screen.getByRole("radio", { name: "None" }));
  expect(attempt()).toBe(true);
  expect(latest.state?.secrets()).toEqual({});
  await user.click(screen.getByRole("radio", { name: "Token" }));
  expect(latest.state?.secrets()).toHaveProperty("/authentication/token");
});

it("refuses to send while JSON cannot be read, and shows the field", async () => {
  const user = userEvent.setup();
  render(
    <Harness
      shown={{ schema: { type: "object", properties: { extra: {} } }, values: { extra: { a: 1 } }, kept: [] }}
    />,
  );
  const extra = await screen.findByLabelText("extra");
  await user.type(extra, "{Control>}{End}{/Control},");
  expect(latest.state?.values).toEqual({ extra: { a: 1 } });
  expect(attempt()).toBe(false);
  expect(extra).toHaveAttribute("aria-invalid", "true");
  expect(screen.getByText(/^Line 3: /)).toBeVisible();
  await user.type(extra, "{Backspace}");
  expect(attempt()).toBe(true);
});

it("keeps unreadable JSON in view where few need its field", async () => {
  const user = userEvent.setup();
  const extra = { "x-advanced": true };
  render(<Harness shown={{ schema: { type: "object", properties: { extra } }, values: {}, kept: [] }} />);
  await user.click(await screen.findByRole("button", { name: "Advanced" }));
  await user.type(screen.getByLabelText("extra"), "1,");
  await user.click(screen.getByRole("button", { name: "Advanced" }));
  expect(screen.getByLabelText("extra")).toHaveValue("1,");
  expect(attempt()).toBe(false);
  await user.type(screen.getByLabelText("extra"), "{Backspace}");
  await user.click(screen.getByRole("button", { name: "Advanced" }));
  expect(screen.queryByLabelText("extra")).toBeNull();
  expect(attempt()).toBe(true);
});

it("shows secret values by name again that were out of view", async () => {
  const user = userEvent.setup();
  const headers = {
    type: "object",
    title: "Headers",
    additionalProperties: { type: "string", writeOnly: true },
    "x-advanced": true,
  };
  render(<Harness shown={{ schema: { type: "object", properties: { headers } }, values: {}, kept: [] }} />);
  const fold = await screen.findByRole("button", { name: "Advanced" });
  await user.click(fold);
  await user.click(screen.getByRole("button", { name: "Add item" }));
  await user.type(screen.getByLabelText("Headers: name 1"), "X-Key");
  await user.type(screen.getByLabelText("Headers: value 1"), "s3cret");
  await user.click(fold);
  await user.click(fold);
  expect(screen.getByLabelText("Headers: name 1")).toHaveValue("X-Key");
  await user.click(screen.getByRole("button", { name: "Remove X-Key" }));
  expect(latest.state?.secrets()).toEqual({});
});

it("lets a value replace null", async () => {
  const user = userEvent.setup();
  const note = { type: ["string", "null"], title: "Note" };
  render(<Harness shown={{ schema: { type: "object", properties: { note } }, values: { note: null }, kept: [] }} />);
  await user.type(await screen.findByLabelText("Note"), "new");
  expect(latest.state?.values).toEqual({ note: "new" });
});
