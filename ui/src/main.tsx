import "@/styles/tokens.css";
import "@/styles/base.css";
import "@/styles/still.css";

/** Longest wait for a frame: a window that is hidden draws none. */
const PATIENCE_MS = 100;

let begun = false;

/** Reads and runs the app, once. */
function startApp(): void {
  if (begun) return;
  begun = true;
  void import("@/app/start").then(({ start }) => start());
}

// The window shows when the page has loaded. Reading the app first would keep its outline from the
// screen, so that comes after the first frame.
addEventListener(
  "load",
  () => {
    requestAnimationFrame(() => setTimeout(startApp));
    setTimeout(startApp, PATIENCE_MS);
  },
  { once: true },
);
