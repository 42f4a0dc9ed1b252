import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach } from "vitest";

// Lazily loaded pages and forms take time on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

afterEach(cleanup);

afterAll(() => {
  // Pending announcements would run after the document is gone.
  document.querySelector("[data-live-announcer]")?.remove();
});
