import "@/styles/tokens.css";
import "@/styles/base.css";
import "@/styles/still.css";

/** Maximum wait for a frame, in milliseconds; a hidden window paints none. */
const PATIENCE_MS = 100;

let begun = false;

/** Loads and starts the app, once. */
function startApp(): void {
  if (begun) return;
  begun = true;
  void import("@/app/start").then(({ start }) => start());
}

// The window appears when the page has loaded. The app loads after the first frame, so that the page's outline shows
// first.
addEventListener(
  "load",
  () => {
    requestAnimationFrame(() => setTimeout(startApp));
    setTimeout(startApp, PATIENCE_MS);
  },
  { once: true },
);
