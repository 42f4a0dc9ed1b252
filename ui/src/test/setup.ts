import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach } from "vitest";

// A page or a form that is read when it is first shown takes its time on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

afterEach(cleanup);

afterAll(() => {
  // What still waits to be announced would be when there is no document any more.
  document.querySelector("[data-live-announcer]")?.remove();
});
