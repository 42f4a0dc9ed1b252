import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach } from "vitest";

// Lazily loaded pages and forms take time on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

// The document of happy-dom is no instance of `Document`, by which React Aria tells whether a dialog has the focus.
Object.defineProperty(Document, Symbol.hasInstance, {
  value: (one: unknown) => (one as Node | null)?.nodeType === Node.DOCUMENT_NODE,
});

afterEach(cleanup);

afterAll(() => {
  // Pending announcements would run after the document is gone.
  document.querySelector("[data-live-announcer]")?.remove();
});
