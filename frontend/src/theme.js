// Runs before the first paint, so that no page flashes in the wrong brightness.
const root = document.documentElement;
const wanted = root.dataset.theme;
const dark = wanted === "dark" || (wanted !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
root.dataset.bsTheme = dark ? "dark" : "light";
try {
  if (window.localStorage.getItem("yingce.sidebar") === "narrow") root.dataset.sidebar = "narrow";
} catch {
  // A browser that keeps nothing shows the wide sidebar.
}
