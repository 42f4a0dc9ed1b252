import { render, screen } from "@testing-library/react";
import { type ReactNode } from "react";
import { expect, it, vi } from "vitest";

const hostile = "safe\u202efdp.exe\u200b\u001b[2J";
const shown = "safe<U+202E>fdp.exe<U+200B>�[2J";

function Card({ children }: { children: ReactNode }) {
  return <section>{children}</section>;
}

it("shows every text inert, wherever it stands", () => {
  const complaint = vi.spyOn(console, "error");
  render(
    <div data-testid="all">
      <p>{hostile}</p>
      <p>
        Delete {hostile} on {"acc\u2066ount"}?
      </p>
      <Card>{hostile}</Card>
      <Card>{hostile} and more</Card>
      <ul>
        {[hostile, "b"].map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <>{hostile}</>
      <button type="button" aria-label={hostile} title={hostile}>
        {["x", hostile]}
      </button>
    </div>,
  );
  const all = screen.getByTestId("all");
  expect(all.outerHTML).not.toMatch(/[\u200b\u202e\u2066]/);
  expect(all.outerHTML).not.toContain("\u001b");
  expect(screen.getAllByText(shown)).toHaveLength(4);
  expect(all).toHaveTextContent(`Delete ${shown} on acc<U+2066>ount?`);
  expect(screen.getByRole("button", { name: shown })).toHaveAttribute("title", shown);
  // React says so where a text in a list became an element without a key.
  expect(complaint.mock.calls.filter(([words]) => !/unique "key"/.test(String(words)))).toEqual([]);
});

it("keeps letters from right to left in their own place", () => {
  render(<p>Run {"שלום"} on acme</p>);
  expect(screen.getByText("שלום").tagName).toBe("BDI");
  render(<option>Run {"مرحبا"} now</option>);
  expect(document.querySelector("option bdi")).toBeNull();
});

it("leaves what is typed and what is handed on as it is", () => {
  function Length({ value }: { value: string }) {
    return <output>{value.length}</output>;
  }
  render(
    <>
      <input aria-label="Name" defaultValue={hostile} />
      <Length value={hostile} />
    </>,
  );
  expect(screen.getByLabelText("Name")).toHaveValue(hostile);
  expect(screen.getByRole("status")).toHaveTextContent(String(hostile.length));
});
