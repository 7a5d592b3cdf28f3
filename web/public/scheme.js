// Sets light or dark before the first paint, so that nothing flashes. Blocking on purpose.
(function () {
  var kept = null;
  try {
    kept = localStorage.getItem("vouch:scheme");
  } catch (_) {
    kept = null;
  }
  var dark = kept === "dark" || (kept !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
