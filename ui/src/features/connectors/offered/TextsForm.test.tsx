import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it, vi } from "vitest";
import { MockHost } from "@/test/mockHost";
import { renderFeature } from "@/test/renderFeature";
import { connector } from "@/test/samples";
import { TextsForm } from "./TextsForm";

it("sends only fields that the server still names", async () => {
  new MockHost({ connectors: [connector()] }).install();
  const submit = vi.fn();
  function Prompt() {
    const [names, setNames] = useState(["repo", "branch"]);
    return (
      <>
        <TextsForm
          connector="con_github"
          target={{ kind: "prompt", name: "review" }}
          fields={names.map((name) => ({ name, isRequired: false }))}
          submitLabel="Fill in"
          isPending={false}
          onSubmit={submit}
        />
        <button type="button" onClick={() => setNames(["repo"])}>
          Drop branch
        </button>
      </>
    );
  }
  renderFeature({ routes: { "/": Prompt }, at: "/" });
  await userEvent.type(await screen.findByLabelText(/^repo/), "patchbay");
  await userEvent.type(screen.getByLabelText(/^branch/), "main");
  await userEvent.click(screen.getByRole("button", { name: "Drop branch" }));
  await userEvent.click(screen.getByRole("button", { name: "Fill in" }));
  expect(submit).toHaveBeenCalledWith({ repo: "patchbay" });
});
