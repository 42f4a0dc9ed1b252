// Runs before anything is painted, so that no window flashes in the wrong colours or under the buttons of a
// Mac's window. The kept answer is written by src/app/appearance.ts; without one the system decides.
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
