import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderApp } from "@/test/renderApp";
import { connector } from "@/test/samples";

const picture = "data:image/gif;base64,R0lGODlhAQABAAAAADs=";
const icon = "https://icons.example/github.png";

/** The picture of the row, which speaks no words. */
const image = (view: { container: HTMLElement }) => view.container.querySelector("[role=row] img");

it("shows_the_letters_until_the_host_has_the_picture_and_asks_for_it_once", async () => {
  let give = (_picture: string | null) => {};
  const view = renderApp("/connectors", { connectors: [connector({ icon })] }, (host) => {
    host.handlers.loadIcon = () => new Promise((resolve) => (give = resolve));
  });
  await screen.findByText("GH");
  await waitFor(() => expect(view.host.lastCall("loadIcon")).toEqual({ connector: "con_github", tool: null }));
  give(picture);
  await waitFor(() => expect(image(view)).toHaveAttribute("src", picture));
  expect(image(view)).toHaveAttribute("alt", "");
  expect(document.body.innerHTML).not.toContain("icons.example");
  // A picture that the page cannot draw is none.
  fireEvent.error(image(view) as Element);
  expect(image(view)).toBeNull();
  expect(await screen.findByText("GH")).toBeInTheDocument();
});

it("keeps_the_letters_without_a_word_where_there_is_no_picture", async () => {
  const server = { ...connector().server!, icon };
  const view = renderApp("/connectors", {
    connectors: [connector({ server }), connector({ id: "con_2", title: "Notion" })],
  });
  await screen.findByText("No");
  await waitFor(() => expect(view.host.lastCall("loadIcon")).toEqual({ connector: "con_github", tool: null }));
  expect(screen.getByText("GH")).toBeInTheDocument();
  expect(image(view)).toBeNull();
  expect(screen.queryByRole("alert")).toBeNull();
});
