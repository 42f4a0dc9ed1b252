import "@testing-library/jest-dom/vitest";
import { cleanup, configure, getConfig } from "@testing-library/react";
import { afterAll, afterEach } from "vitest";

type GetElementError = ReturnType<typeof getConfig>["getElementError"];
/** Set while a wait polls; the types leave it out. */
type Polling = { _disableExpensiveErrorDiagnostics?: boolean };

/** The original; this file runs for each test file, the configuration stays. */
const shared = globalThis as { originalElementError?: GetElementError };
const getElementError = (shared.originalElementError ??= getConfig().getElementError);

configure({
  // Lazily loaded pages and forms take time on a busy machine.
  asyncUtilTimeout: 10_000,
  // Waits drop all errors but the last, and printing the document is most of their cost.
  getElementError: (message, container) =>
    (getConfig() as Polling)._disableExpensiveErrorDiagnostics
      ? Object.assign(new Error(message ?? ""), { name: "TestingLibraryElementError" })
      : getElementError(message, container),
});

// The document of happy-dom is no instance of `Document`, by which React Aria tells whether a dialog has the focus.
Object.defineProperty(Document, Symbol.hasInstance, {
  configurable: true,
  value: (one: unknown) => (one as Node | null)?.nodeType === Node.DOCUMENT_NODE,
});

afterEach(cleanup);

afterAll(() => {
  // Pending announcements would run after the document is gone.
  document.querySelector("[data-live-announcer]")?.remove();
  // The document outlives the file.
  const root = document.documentElement;
  for (const name of Object.keys(root.dataset)) delete root.dataset[name];
  root.style.fontSize = "";
  localStorage.clear();
});
