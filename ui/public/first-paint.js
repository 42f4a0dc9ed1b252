// Runs before the first paint, so that no window flashes in the wrong colours or under a Mac's window buttons.
// `src/app/appearance.ts` saves the values; without them the system's settings apply.
(function () {
  var root = document.documentElement;
  var kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("appearance") || "{}");
    if (localStorage.getItem("mac")) root.dataset.mac = "";
  } catch {
    kept = {};
  }
  var dark = matchMedia("(prefers-color-scheme: dark)").matches;
  var more = matchMedia("(prefers-contrast: more)").matches;
  root.dataset.theme = kept.theme === "light" || kept.theme === "dark" ? kept.theme : dark ? "dark" : "light";
  if (kept.contrast === "more" || more) root.dataset.contrast = "more";
  if (kept.density === "compact") root.dataset.density = "compact";
  if (kept.zoomPercent) root.style.fontSize = kept.zoomPercent + "%";
})();
