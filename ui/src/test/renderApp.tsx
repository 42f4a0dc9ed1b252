import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import { App } from "@/app/App";
import { newQueryClient } from "@/host/queryClient";
import { type HostState, MockHost } from "./mockHost";

/** Renders the window at a path over a mock host; `prepare` may replace handlers first. */
export function renderApp(path = "/", state: Partial<HostState> = {}, prepare?: (host: MockHost) => void) {
  // Virtualized lists need a layout to render rows.
  for (const side of ["clientHeight", "clientWidth", "offsetHeight", "offsetWidth"] as const) {
    vi.spyOn(HTMLElement.prototype, side, "get").mockReturnValue(800);
  }
  const host = new MockHost(state);
  prepare?.(host);
  host.install();
  const client = newQueryClient();
  const history = createMemoryHistory({ initialEntries: [path] });
  const view = render(<App client={client} history={history} />);
  return { host, user: userEvent.setup(), client, history, ...view };
}
