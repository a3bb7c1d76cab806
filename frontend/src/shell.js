// The frame: sidebar, theme switch, flash messages that can be put away.
import { once } from "./once.js";

const root = document.documentElement;

function remember(name, value) {
  try {
    window.localStorage.setItem(name, value);
  } catch {
    // Nothing is kept; the page works without it.
  }
}

function recall(name) {
  try {
    return window.localStorage.getItem(name);
  } catch {
    return null;
  }
}

const wide = window.matchMedia("(min-width: 992px)");
const toggles = () => document.querySelectorAll("[data-toggle-sidebar]");

function tell(isOpen) {
  for (const button of toggles()) button.setAttribute("aria-expanded", String(isOpen));
}

// The drawer of narrow screens: while it is open, nothing but it can be reached.
function setDrawer(isOpen) {
  root.dataset.drawer = isOpen ? "open" : "closed";
  document.querySelector(".wrapper")?.toggleAttribute("inert", isOpen);
  tell(isOpen);
  if (isOpen) document.querySelector("#sidebar .drawer-close, #sidebar a")?.focus();
  else toggles()[0]?.focus();
}

function toggleSidebar() {
  if (!wide.matches) {
    setDrawer(root.dataset.drawer !== "open");
    return;
  }
  root.dataset.sidebar = root.dataset.sidebar === "narrow" ? "wide" : "narrow";
  remember("yingce.sidebar", root.dataset.sidebar);
  tell(root.dataset.sidebar !== "narrow");
}

export function start(scope) {
  for (const button of once(scope, "[data-toggle-sidebar]", "Sidebar")) {
    button.addEventListener("click", toggleSidebar);
    tell(wide.matches && root.dataset.sidebar !== "narrow");
  }
  for (const cover of once(scope, "[data-close-drawer]", "Cover")) {
    cover.addEventListener("click", () => setDrawer(false));
  }
  for (const area of once(scope, "#sidebar details[data-area]", "Area")) {
    const kept = recall(`yingce.area.${area.dataset.area}`);
    if (kept && !area.querySelector("[aria-current]")) area.open = kept === "open";
    area.addEventListener("toggle", () => remember(`yingce.area.${area.dataset.area}`, area.open ? "open" : "closed"));
  }
  for (const close of once(scope, "[data-dismiss]", "Dismiss")) {
    close.addEventListener("click", () => close.closest(close.dataset.dismiss)?.remove());
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && root.dataset.drawer === "open") {
    setDrawer(false);
  }
});

wide.addEventListener("change", () => {
  if (root.dataset.drawer === "open") setDrawer(false);
  tell(wide.matches && root.dataset.sidebar !== "narrow");
});

window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  if (root.dataset.theme === "system") root.dataset.bsTheme = event.matches ? "dark" : "light";
});
