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

function toggleSidebar(button) {
  if (window.matchMedia("(min-width: 992px)").matches) {
    const narrow = root.dataset.sidebar !== "narrow";
    root.dataset.sidebar = narrow ? "narrow" : "wide";
    remember("yingce.sidebar", root.dataset.sidebar);
    button.setAttribute("aria-expanded", String(!narrow));
    return;
  }
  const open = root.dataset.drawer !== "open";
  root.dataset.drawer = open ? "open" : "closed";
  button.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector("#sidebar a, #sidebar summary")?.focus();
}

export function start(scope) {
  for (const button of once(scope, "[data-toggle-sidebar]", "Sidebar")) {
    button.addEventListener("click", () => toggleSidebar(button));
  }
  for (const cover of once(scope, "[data-close-drawer]", "Cover")) {
    cover.addEventListener("click", () => (root.dataset.drawer = "closed"));
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
    root.dataset.drawer = "closed";
    document.querySelector("[data-toggle-sidebar]")?.focus();
  }
});

window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  if (root.dataset.theme === "system") root.dataset.bsTheme = event.matches ? "dark" : "light";
});
