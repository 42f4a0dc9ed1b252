import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useEffect, useRef, useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { type JsonObject, type Schema } from "@/lib/schema/schema";
import { AppearanceContext } from "../AppearanceContext";
import { SchemaForm } from "./SchemaForm";
import { type SchemaFormHandle } from "./schemaFormProps";
import { useArguments } from "./useArguments";

let latest: JsonObject = {};
const changes = vi.fn<(value: JsonObject) => void>();

function Harness({ schema, start }: { schema: Schema; start?: JsonObject }) {
  const form = useRef<SchemaFormHandle>(null);
  const { value, change, shown, touch, validateAll } = useArguments(schema, start);
  const [outcome, setOutcome] = useState("");
  const [readable, setReadable] = useState(true);
  useEffect(() => {
    latest = value;
  }, [value]);
  return (
    <>
      <SchemaForm
        ref={form}
        label="Arguments"
        schema={schema}
        value={value}
        problems={shown}
        onLeave={touch}
        onReadable={setReadable}
        onChange={(next) => {
          changes(next);
          change(next);
        }}
      />
      <button
        type="button"
        onClick={() => {
          setOutcome(validateAll() && readable ? "ran" : "stopped");
          setTimeout(() => form.current?.focusProblem());
        }}
      >
        Run
      </button>
      <button type="button" onClick={() => change({})}>
        Clear form
      </button>
      <output aria-label="Outcome">{outcome}</output>
    </>
  );
}

const show = (schema: Schema, start?: JsonObject) => {
  changes.mockClear();
  render(<Harness schema={schema} start={start} />);
};
const of = (properties: Record<string, Schema | boolean>, more: Schema = {}): Schema => ({
  type: "object",
  properties,
  ...more,
});

/** One of everything, the way real servers write it. */
const shapes: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  ...of(
    {
      text: { type: "string", default: "hello" },
      body: { type: "string", maxLength: 4000 },
      count: { type: ["integer", "null"], default: 3 },
      ratio: { anyOf: [{ type: "number" }, { type: "null" }], title: "Ratio", default: null },
      level: { $ref: "#/$defs/Level" },
      maybe: { enum: ["low", "high", null] },
      on: { type: "boolean", default: true },
      day: { type: "string", format: "date" },
      secret: { type: "string", writeOnly: true },
      tags: { type: "array", items: { type: "string" } },
      sizes: { type: "array", uniqueItems: true, items: { enum: ["s", "m", "l"] } },
      grid: { type: "array", items: { type: "array", items: { type: "integer" } } },
      people: { type: "array", minItems: 1, items: { $ref: "#/$defs/Person" } },
      target: {
        oneOf: [
          {
            title: "Mail",
            type: "object",
            properties: { kind: { const: "mail" }, to: { type: "string", format: "email" } },
            required: ["kind", "to"],
          },
          {
            title: "Chat",
            type: "object",
            properties: { kind: { const: "chat" }, room: { type: "string" } },
            required: ["kind", "room"],
          },
        ],
      },
      free: {},
      map: { type: "object", additionalProperties: { type: "integer" } },
      tree: { $ref: "#/$defs/Node" },
    },
    {
      required: ["level"],
      $defs: {
        Level: { type: "string", enum: ["debug", "info"] },
        Person: {
          type: "object",
          properties: { name: { type: "string" }, age: { type: ["integer", "null"] } },
          required: ["name"],
        },
        Node: { type: "object", properties: { label: { type: "string" }, next: { $ref: "#/$defs/Node" } } },
      },
    },
  ),
};

describe("what nobody touched stays as it is", () => {
  const values: JsonObject[] = [
    {},
    { count: null, ratio: null, maybe: null },
    { count: 0, on: false, text: "", tags: [], grid: [[]], people: [], map: {}, free: null },
    { count: 9007199254740991, ratio: -0.1, grid: [[1, 2], [], [3]], sizes: ["l", "s"] },
    { target: { kind: "chat", room: "x", more: [null] }, unknown: { a: [null, { b: null }] } },
    {
      people: [{ name: "a", age: null }, { name: "b" }],
      free: { a: [1, null, "x"] },
      tree: { next: { next: { label: "deep" } } },
    },
    { count: "not a number", level: 7, tags: ["a", "a", 3] },
  ];
  it.each(values)("%j", async (value) => {
    show(shapes, value);
    await screen.findByLabelText("text");
    await new Promise((settled) => setTimeout(settled, 20));
    expect(latest).toEqual(value);
    expect(changes).not.toHaveBeenCalled();
  });

  it("keeps everything beside the field that is edited", async () => {
    const before = {
      count: null,
      people: [{ name: "a", age: null }],
      target: { kind: "mail", to: "a@b.co" },
      unknown: [null],
      map: { a: 1 },
    };
    show(shapes, before);
    await userEvent.type(screen.getByLabelText("text"), "x");
    expect(latest).toEqual({ ...before, text: "x" });
  });
});

it("takes numbers by names of one's own", async () => {
  const limits = { type: "object", additionalProperties: { type: "integer", maximum: 9 } };
  show({ type: "object", properties: { limits } });
  await userEvent.click(await screen.findByRole("button", { name: "Add item" }));
  await userEvent.type(screen.getByLabelText("limits: name 1"), "cpu");
  expect(latest).toEqual({});
  const value = screen.getByLabelText("limits: value 1");
  await userEvent.type(value, "4");
  expect(latest).toEqual({ limits: { cpu: 4 } });
  await userEvent.type(value, "x");
  await userEvent.tab();
  expect(latest).toEqual({ limits: { cpu: "4x" } });
  expect(value).toHaveAccessibleDescription(/number/i);
  await userEvent.clear(value);
  await userEvent.type(value, "12");
  expect(value).toHaveAccessibleDescription(/9/);
});

it("sends no map in which two lines have one name", async () => {
  show(of({ map: { type: "object", additionalProperties: { type: "string" } } }), { map: { a: "1" } });
  await userEvent.click(await screen.findByRole("button", { name: "Add another" }));
  const second = screen.getByLabelText("map: name 2");
  await userEvent.type(second, "a");
  expect(second).toHaveAccessibleDescription("Name already used");
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(screen.getByLabelText("Outcome")).toHaveTextContent("stopped");
  await vi.waitFor(() => expect(second).toHaveFocus());
  await userEvent.type(second, "b");
  expect(second).toBeValid();
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(screen.getByLabelText("Outcome")).toHaveTextContent("ran");
  expect(latest).toEqual({ map: { a: "1", ab: "" } });
});

it("sends no map with a line that lacks its name or its number", async () => {
  show(of({ map: { type: "object", additionalProperties: { type: "integer" } } }));
  const add = () => userEvent.click(screen.getByRole("button", { name: /^Add (item|another)$/ }));
  await add();
  await add();
  await userEvent.type(screen.getByLabelText("map: value 1"), "5");
  expect(screen.getByLabelText("map: name 1")).toHaveAccessibleDescription("Enter a name");
  await userEvent.type(screen.getByLabelText("map: name 2"), "b");
  expect(screen.getByLabelText("map: value 2")).toHaveAccessibleDescription("Enter a value");
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(screen.getByLabelText("Outcome")).toHaveTextContent("stopped");
  await userEvent.type(screen.getByLabelText("map: name 1"), "a");
  await userEvent.type(screen.getByLabelText("map: value 2"), "6");
  await add();
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(screen.getByLabelText("Outcome")).toHaveTextContent("ran");
  expect(latest).toEqual({ map: { a: 5, b: 6 } });
});

it("tells assistive technology what is required, and to which list or map a control belongs", () => {
  const list = { type: "array", items: of({ name: { type: "string" } }) };
  const map = { type: "object", additionalProperties: { type: "string" } };
  show(
    of(
      {
        days: { type: "array", uniqueItems: true, items: { enum: ["mon", "tue"] } },
        on: { type: "boolean" },
        people: list,
        places: list,
        headers: map,
      },
      { required: ["days", "on"] },
    ),
  );
  expect(screen.getByRole("checkbox", { name: "mon" })).toBeRequired();
  expect(screen.getByRole("switch", { name: /^on/ })).toHaveAccessibleDescription(/^required/);
  for (const name of ["people", "places", "headers"])
    expect(within(screen.getByRole("group", { name })).getByRole("button", { name: "Add item" })).toBeVisible();
});

it("leaves the Enter that ends a composition to the input method", async () => {
  show(of({ tags: { type: "array", items: { type: "string" } } }));
  const input = screen.getByLabelText("tags");
  await userEvent.type(input, "nihon");
  fireEvent.keyDown(input, { key: "Enter", keyCode: 229 });
  expect(input).toHaveValue("nihon");
  fireEvent.keyDown(input, { key: "Enter", keyCode: 13 });
  expect(input).toHaveValue("");
});

it("sends no required default that lost digits", () => {
  const schema = '{"properties": {"id": {"type": "integer", "default": 9007199254740993}}, "required": ["id"]}';
  show(JSON.parse(schema) as Schema);
  expect(latest).toEqual({});
});

it("sends no default that nobody gave, and shows it", () => {
  show(shapes);
  expect(screen.getByLabelText("text")).toHaveAttribute("placeholder", "Default: hello");
  expect(latest).toEqual({});
});

it("starts with defaults and constants of what is required", () => {
  show(
    of(
      { a: { type: "integer", default: 5 }, b: { const: "x" }, c: { type: "integer", default: 1 } },
      { required: ["a", "b"] },
    ),
  );
  expect(latest).toEqual({ a: 5, b: "x" });
});

describe("numbers", () => {
  it("keeps what was typed while it grows into a number", async () => {
    show(of({ n: { type: "number" } }));
    const input = screen.getByLabelText("n");
    await userEvent.type(input, "-12.50");
    expect(input).toHaveValue("-12.50");
    expect(latest).toEqual({ n: -12.5 });
    await userEvent.clear(input);
    expect(latest).toEqual({});
  });

  it("says that a whole number is wanted, once the field is left", async () => {
    show(of({ milestone: { type: ["integer", "null"] } }));
    await userEvent.type(screen.getByLabelText("milestone"), "12.5");
    expect(screen.queryByText(/whole number/)).toBeNull();
    await userEvent.tab();
    expect(screen.getByText("Enter a whole number, such as 12")).toBeVisible();
    expect(screen.getByLabelText("milestone")).toHaveAttribute("aria-invalid", "true");
  });

  it("does not round what JavaScript cannot hold", async () => {
    show(of({ id: { type: "integer" } }));
    await userEvent.type(screen.getByLabelText("id"), "9007199254740993");
    await userEvent.tab();
    expect(latest).toEqual({ id: "9007199254740993" });
    expect(screen.getByText("9007199254740993 has too many digits to send exactly")).toBeVisible();
  });
});

it.each(["+9007199254740993", "09007199254740993", "9007199254740993."])("does not round %s", async (typed) => {
  show(of({ id: { type: "integer" } }));
  await userEvent.type(screen.getByLabelText("id"), typed);
  await userEvent.tab();
  expect(latest).toEqual({ id: typed });
  expect(screen.getByText(`${typed} has too many digits to send exactly`)).toBeVisible();
});

it("takes a plus sign and leading zeros", async () => {
  show(of({ id: { type: "integer" } }));
  await userEvent.type(screen.getByLabelText("id"), "+012");
  expect(latest).toEqual({ id: 12 });
});

describe("null", () => {
  it("is a value of its own beside not given", async () => {
    show(of({ n: { type: ["integer", "null"] } }), { n: 4 });
    const kinds = within(screen.getByRole("radiogroup", { name: "n: value or null" }));
    await userEvent.click(kinds.getByRole("radio", { name: "null" }));
    expect(latest).toEqual({ n: null });
    await userEvent.click(kinds.getByRole("radio", { name: "Value" }));
    expect(latest).toEqual({});
    await userEvent.type(screen.getByLabelText("n"), "7");
    expect(latest).toEqual({ n: 7 });
  });

  it("is one choice of an item, which is otherwise empty until something is typed", async () => {
    show(of({ list: { type: "array", items: { type: ["integer", "null"] } } }), { list: [null] });
    const kinds = within(screen.getByRole("radiogroup", { name: "Item 1: value or null" }));
    expect(kinds.getByRole("radio", { name: "null" })).toBeChecked();
    await userEvent.click(kinds.getByRole("radio", { name: "Value" }));
    await userEvent.type(screen.getByLabelText("Item 1"), "7");
    expect(latest).toEqual({ list: [7] });
    await userEvent.clear(screen.getByLabelText("Item 1"));
    expect(latest).toEqual({ list: [null] });
    expect(kinds.getByRole("radio", { name: "Value" })).toBeChecked();
    await userEvent.click(screen.getByRole("button", { name: "Add another" }));
    expect(latest).toEqual({ list: [null, null] });
    await userEvent.type(screen.getByLabelText("Item 2"), "8");
    expect(latest).toEqual({ list: [null, 8] });
    await userEvent.click(kinds.getByRole("radio", { name: "null" }));
    expect(screen.queryByLabelText("Item 1")).toBeNull();
  });

  it("stands beside the choices of an enum", async () => {
    show(of({ maybe: { enum: ["low", null] } }), { maybe: null });
    expect(screen.getByText("null", { selector: "div" })).toBeVisible();
    await userEvent.click(screen.getByRole("radio", { name: "Value" }));
    await userEvent.click(screen.getByRole("button", { name: /maybe/ }));
    await userEvent.click(screen.getByRole("option", { name: "low" }));
    expect(latest).toEqual({ maybe: "low" });
  });
});

describe("lists", () => {
  it("has the text of a line of chips that is still being typed", async () => {
    show(of({ labels: { type: "array", items: { type: "string" } } }));
    const input = screen.getByLabelText("labels");
    await userEvent.type(input, "bug{Enter}gate");
    expect(latest).toEqual({ labels: ["bug", "gate"] });
    expect(input).toHaveValue("gate");
    expect(screen.queryByRole("button", { name: "Remove gate" })).not.toBeInTheDocument();
    await userEvent.clear(input);
    expect(latest).toEqual({ labels: ["bug"] });
    await userEvent.type(input, "gate");
    await userEvent.tab();
    expect(latest).toEqual({ labels: ["bug", "gate"] });
    expect(screen.getByRole("button", { name: "Remove gate" })).toBeVisible();
  });

  it("takes texts as chips", async () => {
    show(of({ tags: { type: "array", items: { type: "string" } } }));
    const input = screen.getByLabelText("tags");
    await userEvent.type(input, "bug{Enter}gate way,");
    expect(latest).toEqual({ tags: ["bug", "gate way"] });
    await userEvent.click(screen.getByRole("button", { name: "Remove bug" }));
    expect(latest).toEqual({ tags: ["gate way"] });
    await userEvent.type(input, "{Backspace}");
    expect(latest).toEqual({});
  });

  it("ticks several of a list in the list's order", async () => {
    show(of({ sizes: { type: "array", uniqueItems: true, items: { enum: ["s", "m", "l"] } } }));
    await userEvent.click(screen.getByRole("checkbox", { name: "l" }));
    await userEvent.click(screen.getByRole("checkbox", { name: "s" }));
    expect(latest).toEqual({ sizes: ["s", "l"] });
  });

  it("adds and removes entries with fields of their own", async () => {
    show(of({ people: { type: "array", items: of({ name: { type: "string" } }, { required: ["name"] }) } }));
    await userEvent.click(screen.getByRole("button", { name: "Add item" }));
    await userEvent.type(screen.getByLabelText("name"), "Lena");
    expect(latest).toEqual({ people: [{ name: "Lena" }] });
    await userEvent.click(screen.getByRole("button", { name: "Remove item 1" }));
    expect(latest).toEqual({ people: [] });
  });

  it("keeps the focus near an entry that is removed", async () => {
    const named = of({ name: { type: "string" } }, { required: ["name"] });
    const map = { type: "object", additionalProperties: { type: "string" } };
    show(of({ people: { type: "array", items: named }, map }), {
      people: [{ name: "a" }, { name: "b" }],
      map: { c: "d", e: "f" },
    });
    const remove = async (name: string) => {
      screen.getByRole("button", { name }).focus();
      await userEvent.keyboard("{Enter}");
    };
    await remove("Remove item 1");
    await waitFor(() => expect(screen.getByLabelText("name")).toHaveFocus());
    expect(latest.people).toEqual([{ name: "b" }]);
    await remove("Remove item 1");
    await waitFor(() => expect(screen.getByRole("button", { name: "Add item" })).toHaveFocus());
    await remove("Remove c");
    await waitFor(() => expect(screen.getByLabelText("map: name 1")).toHaveFocus());
    expect(screen.getByLabelText("map: name 1")).toHaveValue("e");
    await remove("Remove e");
    await waitFor(() => expect(screen.getAllByRole("button", { name: "Add item" })[1]).toHaveFocus());
  });

  it("keeps the focus in a field that is added or cleared as a whole", async () => {
    show(of({ who: of({ name: { type: "string" } }), on: { type: "boolean" } }));
    screen.getByRole("button", { name: "Add who" }).focus();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(screen.getByLabelText("name")).toHaveFocus());
    screen.getByRole("button", { name: "Clear who" }).focus();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(screen.getByRole("button", { name: "Add who" })).toHaveFocus());
    await userEvent.click(screen.getByRole("switch", { name: /^on/ }));
    screen.getByRole("button", { name: "Clear on" }).focus();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(screen.getByRole("switch", { name: /^on/ })).toHaveFocus());
  });

  it("shows the values of a map that was changed outside, and keeps a line that has no name yet", async () => {
    show(of({ map: { type: "object", additionalProperties: { type: "integer" } }, text: { type: "string" } }), {
      map: { a: 1 },
    });
    await userEvent.click(screen.getByRole("button", { name: "Add another" }));
    await userEvent.type(screen.getByLabelText("map: value 2"), "2");
    await userEvent.type(screen.getByLabelText("text"), "x");
    expect(screen.getByLabelText("map: value 2")).toHaveValue("2");
    expect(latest).toEqual({ map: { a: 1 }, text: "x" });
    await userEvent.click(screen.getByRole("button", { name: "Clear form" }));
    expect(screen.queryByLabelText("map: value 1")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Add item" }));
    await userEvent.type(screen.getByLabelText("map: name 1"), "b");
    await userEvent.type(screen.getByLabelText("map: value 1"), "3");
    expect(latest).toEqual({ map: { b: 3 } });
  });

  it("keeps incomplete JSON while other fields change, but not when its value changes outside", async () => {
    show(of({ free: {}, text: { type: "string" } }), { free: [1] });
    const free = screen.getByLabelText("free");
    await userEvent.type(free, "{Backspace}");
    await userEvent.type(screen.getByLabelText("text"), "x");
    expect(free).toBeInvalid();
    await userEvent.click(screen.getByRole("button", { name: "Clear form" }));
    expect(free).toHaveValue("");
    expect(free).toBeValid();
  });

  it("names what is added by the title of the items", async () => {
    show(of({ people: { type: "array", items: of({ name: { type: "string" } }, { title: "Person" }) } }));
    await userEvent.click(await screen.findByRole("button", { name: "Add person" }));
    expect(latest).toEqual({ people: [{}] });
  });

  it("finds nothing wrong with an entry that was just added, where another one was", async () => {
    show(of({ people: { type: "array", items: of({ name: { type: "string" } }, { required: ["name"] }) } }));
    await userEvent.click(screen.getByRole("button", { name: "Add item" }));
    await userEvent.click(screen.getByLabelText("name"));
    await userEvent.tab();
    expect(screen.getByLabelText("name")).toBeInvalid();
    await userEvent.click(screen.getByRole("button", { name: "Remove item 1" }));
    await userEvent.click(screen.getByRole("button", { name: "Add item" }));
    expect(screen.getByLabelText("name")).toBeValid();
  });

  it("nests", async () => {
    show(of({ grid: { type: "array", items: { type: "array", items: { type: "integer" } } } }), {
      grid: [[1], [2, 3]],
    });
    const inputs = screen.getAllByRole("textbox");
    await userEvent.clear(inputs[2]!);
    await userEvent.type(inputs[2]!, "30");
    expect(latest).toEqual({ grid: [[1], [2, 30]] });
  });
});

describe("alternatives", () => {
  it("are put in as a whole, with their constants, and switched", async () => {
    show(shapes, { level: "info" });
    await userEvent.click(screen.getByRole("button", { name: "Add target" }));
    expect(latest.target).toEqual({ kind: "mail" });
    await userEvent.click(screen.getByRole("radio", { name: "Chat" }));
    expect(latest.target).toEqual({ kind: "chat" });
    await userEvent.type(screen.getByLabelText("room"), "ops");
    expect(latest.target).toEqual({ kind: "chat", room: "ops" });
    await userEvent.click(screen.getByRole("button", { name: "Clear target" }));
    expect(latest).toEqual({ level: "info" });
  });

  it("take the beginning of a number for a text once the field is left", async () => {
    show(of({ path: { anyOf: [{ type: "number" }, { type: "string" }] } }, { required: ["path"] }));
    await userEvent.type(screen.getByRole("textbox", { name: "path" }), ".");
    expect(latest).toEqual({});
    await userEvent.click(screen.getByRole("button", { name: "Run" }));
    expect(latest).toEqual({ path: "." });
    expect(screen.getByRole("textbox", { name: "path" })).toHaveValue(".");
    await userEvent.click(screen.getByRole("button", { name: "Clear form" }));
    expect(screen.getByRole("textbox", { name: "path" })).toHaveValue("");
  });

  it.each([
    ["-5", -5, "number"],
    [".5", 0.5, "number"],
    ["abc", "abc", "string"],
    ["12 Main St", "12 Main St", "string"],
  ])("keep the focus while %s is typed, whichever it belongs to", async (typed, value, alternative) => {
    // By its name it would be a text of several lines.
    show(of({ body: { anyOf: [{ type: "number" }, { type: "string" }] } }));
    await userEvent.click(screen.getByRole("textbox", { name: "body" }));
    await userEvent.keyboard(typed);
    expect(latest).toEqual({ body: value });
    expect(screen.getByRole("textbox", { name: "body" })).toHaveFocus();
    expect(screen.getByRole("radio", { name: alternative })).toBeChecked();
  });

  it("show the one that a value belongs to", () => {
    show(shapes, { target: { kind: "chat", room: "x" } });
    expect(screen.getByRole("radio", { name: "Chat" })).toBeChecked();
    expect(screen.getByLabelText("room")).toHaveValue("x");
  });
});

it("keeps the last readable value while JSON is being typed, and does not run with it", async () => {
  show(of({ free: {} }), { free: { a: 1 } });
  const input = screen.getByLabelText("free");
  await userEvent.type(input, "{Control>}{End}{/Control},");
  expect(latest).toEqual({ free: { a: 1 } });
  expect(screen.getByText(/^Line 3: /)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(screen.getByLabelText("Outcome")).toHaveTextContent("stopped");
  await vi.waitFor(() => expect(input).toHaveFocus());
});

it("shows what is wrong within a field that is edited as a whole at the field", async () => {
  show(of({ labels: { type: "array", items: { type: "string", maxLength: 3 } } }), { labels: ["a", "long"] });
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(screen.getByText(/^\[1\]: /)).toBeVisible();
  await waitFor(() => expect(screen.getByLabelText("labels")).toHaveFocus());
});

it("takes a short text that is called code in one line, and a text that is called body in several", () => {
  show(of({ code: { type: "string" }, body: { type: "string" } }));
  expect(screen.getByLabelText("code").tagName).toBe("INPUT");
  expect(screen.getByLabelText("body").tagName).toBe("TEXTAREA");
});

it("shows secrets as dots", () => {
  show(shapes);
  expect(screen.getByLabelText("secret")).toHaveAttribute("type", "password");
});

it("moves focus to the first problem on a try to run", async () => {
  show(of({ a: { type: "string" }, b: { type: "string" }, c: { type: "integer" } }, { required: ["b", "c"] }));
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(screen.getByLabelText("Outcome")).toHaveTextContent("stopped");
  await vi.waitFor(() => expect(screen.getByLabelText("b")).toHaveFocus());
  await userEvent.type(screen.getByLabelText("b"), "x");
  await userEvent.type(screen.getByLabelText("c"), "1");
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(screen.getByLabelText("Outcome")).toHaveTextContent("ran");
});

it("shows what is wrong with the whole form, and focuses it", async () => {
  show(
    of(
      { a: { type: "string" }, b: { type: "string" } },
      { anyOf: [{ required: ["a"] }, { required: ["b"] }], additionalProperties: false },
    ),
    { old: 1 },
  );
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(screen.getByLabelText("Outcome")).toHaveTextContent("stopped");
  const whole = screen.getByText(/Doesn't match any option/);
  expect(whole).toHaveTextContent("old: Unknown property");
  await vi.waitFor(() => expect(whole).toHaveFocus());
});

it("describes menus, switches and groups of boxes by their help, or by what is wrong", async () => {
  const help = (text: string) => ({ description: text });
  show(
    of(
      {
        level: { enum: ["low", "high"], ...help("How loud") },
        flag: { type: "boolean", ...help("Whether it waits") },
        sizes: { type: "array", uniqueItems: true, minItems: 2, items: { enum: ["s", "m"] }, ...help("Which fit") },
        who: { type: "object", properties: { name: { type: "string" } }, ...help("Who asks") },
      },
      { required: ["level", "sizes"] },
    ),
    { sizes: ["s"] },
  );
  expect(screen.getByRole("button", { name: /level/ })).toHaveAccessibleDescription("How loud");
  expect(screen.getByRole("switch", { name: /flag/ })).toHaveAccessibleDescription("Whether it waits");
  expect(screen.getByRole("group", { name: "sizes" })).toHaveAccessibleDescription("Which fit");
  expect(screen.getByRole("group", { name: "who" })).toHaveAccessibleDescription("Who asks");
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  expect(screen.getByRole("button", { name: /level/ })).not.toHaveAccessibleDescription("How loud");
  expect(screen.getByRole("button", { name: /level/ }).parentElement).toHaveAttribute("data-invalid");
  expect(screen.getByRole("checkbox", { name: "s" })).toBeInvalid();
  expect(screen.getByRole("group", { name: "sizes" })).not.toHaveAccessibleDescription("Which fit");
});

it("describes a switch by why its value is refused", async () => {
  show(of({ flag: { type: "boolean", description: "Whether it waits", not: { const: false } } }), { flag: false });
  await userEvent.click(screen.getByRole("button", { name: "Run" }));
  const flag = screen.getByRole("switch", { name: /flag/ });
  expect(flag).toHaveAccessibleDescription();
  expect(flag).not.toHaveAccessibleDescription("Whether it waits");
});

describe("short fields", () => {
  const schema = of({
    from: { type: "string", format: "date" },
    to: { type: "string", format: "date" },
    query: { type: "string" },
    limit: { type: "integer" },
    level: { enum: ["low", "high"] },
  });
  const pairs = () =>
    [...document.querySelectorAll("[data-half] [data-pointer]")].map((field) => field.getAttribute("data-pointer"));

  it("stand in pairs, and keep the order of the schema for the Tab key", async () => {
    show(schema);
    expect(pairs()).toEqual(["/from", "/to", "/limit", "/level"]);
    for (const name of ["from", "to", "query", "limit"]) {
      await userEvent.tab();
      expect(screen.getByLabelText(name)).toHaveFocus();
    }
    await userEvent.tab();
    expect(screen.getByRole("button", { name: /level/ })).toHaveFocus();
  });

  it("keep what is being typed as a field comes and pairs anew", async () => {
    show(
      of(
        { size: { type: "integer" }, page: { type: "integer" } },
        {
          if: { properties: { size: { const: 7 } }, required: ["size"] },
          then: { properties: { extra: { type: "integer" } } },
        },
      ),
    );
    await userEvent.type(screen.getByLabelText("size"), "7");
    expect(await screen.findByLabelText("extra")).toBeVisible();
    expect(screen.getByLabelText("size")).toHaveFocus();
    expect(pairs()).toEqual(["/size", "/page"]);
  });

  it("never stand in pairs at 200 % text size", () => {
    render(
      <AppearanceContext value={{ compact: false, zoomPercent: 200 }}>
        <Harness schema={schema} />
      </AppearanceContext>,
    );
    expect(screen.getByRole("form")).not.toHaveAttribute("data-pairs");
  });
});

it("draws a tool without arguments", () => {
  show({ type: "object" });
  expect(screen.getByText("No arguments")).toBeVisible();
});

describe("several conditions", () => {
  const adds = (flag: string, name: string) => ({
    if: { properties: { [flag]: { const: true } }, required: [flag] },
    then: { properties: { [name]: { type: "string", title: name } } },
  });
  const flags: Schema = { a: { type: "boolean", title: "a" }, b: { type: "boolean", title: "b" } };
  const schema: Schema = { type: "object", properties: flags, allOf: [adds("a", "first"), adds("b", "second")] };

  it("add their fields each", async () => {
    show(schema, { a: true, b: true });
    expect(await screen.findByLabelText("first")).toBeVisible();
    expect(screen.getByLabelText("second")).toBeVisible();
  });

  it("add none while they are not met", async () => {
    show(schema, { a: true });
    expect(await screen.findByLabelText("first")).toBeVisible();
    expect(screen.queryByLabelText("second")).toBeNull();
  });
});
