import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { connector } from "@/test/samples";
import { renderApp } from "@/test/renderApp";

/** How often the window was moved. */
let drags = 0;
/** How often its head was double clicked. */
let doubleClicks = 0;

afterEach(() => {
  drags = 0;
  doubleClicks = 0;
  delete document.documentElement.dataset.mac;
  localStorage.clear();
});

function show(mac: boolean) {
  return renderApp("/connectors", { connectors: [connector()] }, (host) => {
    host.state.about.mac = mac;
    host.handlers.dragWindow = () => {
      drags += 1;
      return null;
    };
    host.handlers.doubleClickTitleBar = () => {
      doubleClicks += 1;
      return null;
    };
  });
}

it("heads_move_the_window_of_a_mac_and_their_controls_do_not", async () => {
  show(true);
  const title = await screen.findByRole("heading", { name: "Connectors", level: 1 });
  await waitFor(() => expect(document.documentElement).toHaveAttribute("data-mac"));
  fireEvent.mouseDown(title, { button: 0, detail: 1 });
  expect(drags).toBe(1);
  fireEvent.mouseDown(screen.getByText("Patchbay"), { button: 0, detail: 1 });
  expect(drags).toBe(2);

  fireEvent.mouseDown(title, { button: 2, detail: 1 });
  fireEvent.mouseDown(title, { button: 0, detail: 2 });
  fireEvent.mouseDown(screen.getByRole("button", { name: "Collapse sidebar" }), { button: 0, detail: 1 });
  fireEvent.mouseDown(screen.getByRole("row", { name: /^GitHub/ }), { button: 0, detail: 1 });
  expect(drags).toBe(2);
});

it("a_head_takes_the_double_click_of_a_title_bar", async () => {
  show(true);
  const title = await screen.findByRole("heading", { name: "Connectors", level: 1 });
  await waitFor(() => expect(document.documentElement).toHaveAttribute("data-mac"));
  const click = (target: Element, detail: number, screenX = 5) => {
    fireEvent.mouseDown(target, { button: 0, detail, screenX: 5 });
    fireEvent.mouseUp(target, { button: 0, detail, screenX });
  };
  click(title, 1);
  expect(doubleClicks).toBe(0);
  click(title, 2);
  expect(doubleClicks).toBe(1);

  click(title, 3);
  click(title, 2, 9);
  click(screen.getByRole("button", { name: "Collapse sidebar" }), 2);
  click(screen.getByRole("row", { name: /^GitHub/ }), 2);
  expect(doubleClicks).toBe(1);
  expect(drags).toBe(1);
});

it("nothing_of_a_page_moves_the_window_elsewhere", async () => {
  show(false);
  const title = await screen.findByRole("heading", { name: "Connectors", level: 1 });
  fireEvent.mouseDown(title, { button: 0, detail: 1 });
  expect(drags).toBe(0);
  expect(document.documentElement).not.toHaveAttribute("data-mac");
});
