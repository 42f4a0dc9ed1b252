import { EditorView } from "@codemirror/view";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it, vi } from "vitest";
import { type JsonObject } from "@/lib/schema/schema";
import { type ValueProblem } from "@/lib/schema/validate";
import { JsonEditor } from "./JsonEditor";

const heard = vi.fn<(value: JsonObject) => void>();
const readable = vi.fn<(readable: boolean) => void>();

function Harness({ start, problems }: { start: JsonObject; problems?: ValueProblem[] }) {
  const [value, setValue] = useState(start);
  return (
    <>
      <JsonEditor
        label="Arguments"
        value={value}
        problems={problems}
        onReadable={readable}
        onChange={(next) => {
          heard(next);
          setValue(next);
        }}
      />
      <button type="button" onClick={() => setValue({ from: "elsewhere" })}>
        Fill
      </button>
    </>
  );
}

const open = async (start: JsonObject, problems?: ValueProblem[]) => {
  heard.mockClear();
  render(<Harness start={start} problems={problems} />);
  // The editor itself is loaded when it is first needed; a read-only stand-in is shown until then.
  return waitFor(
    () => {
      const area = screen.getByRole("textbox", { name: "Arguments" });
      expect(area).toHaveAttribute("contenteditable", "true");
      return area;
    },
    { timeout: 10_000 },
  );
};
const text = (area: HTMLElement) => [...area.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n");

it("shows the value as text and changes nothing by itself", async () => {
  const value = { a: null, list: [1.5, "x", [], {}], deep: { b: false } };
  expect(JSON.parse(text(await open(value)))).toEqual(value);
  expect(heard).not.toHaveBeenCalled();
});

it("is written anew when the value changes from elsewhere", async () => {
  const area = await open({ a: 1 });
  await userEvent.click(screen.getByRole("button", { name: "Fill" }));
  await waitFor(() => expect(JSON.parse(text(area))).toEqual({ from: "elsewhere" }));
});

it.each(["[1]", "7", '"x"', "null"])("refuses %s, which is no object", async (typed) => {
  const area = await open({ a: 1 });
  act(() => {
    const view = EditorView.findFromDOM(area);
    view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: typed } });
  });
  expect(await screen.findByRole("button", { name: "Line 1: Enter a JSON object" })).toBeVisible();
  expect(heard).not.toHaveBeenCalled();
  expect(readable).toHaveBeenLastCalledWith(false);
});

it("lists problems with the line they stand on", async () => {
  await open({ title: "x", milestone: 12.5 }, [{ path: "/milestone", message: "Enter a whole number, such as 12" }]);
  const list = within(screen.getByRole("list", { name: "Problems" }));
  expect(list.getByRole("button", { name: "Line 3: milestone: Enter a whole number, such as 12" })).toBeVisible();
});
