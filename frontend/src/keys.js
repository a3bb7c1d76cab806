// Single keys as shortcuts; never while somebody types, and not at all for whoever switched them off.
import * as dialogs from "./dialogs.js";
import { once } from "./once.js";
import { openPalette } from "./palette.js";

const PATIENCE = 1500;
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable], dialog, .ts-wrapper, [role=combobox], [role=listbox]";
let goesUntil = 0;

function rows() {
  return [...document.querySelectorAll("main .sheet tbody tr")].filter((row) => row.querySelector("a[href]") && row.offsetParent);
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("is-current"));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  for (const row of all) {
    row.classList.toggle("is-current", row === next);
    if (row === next) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  next.querySelector("a[href]").focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function search() {
  const box = document.querySelector('main [data-key="/"]');
  if (!box?.offsetParent) return openPalette();
  box.focus();
  box.select();
}

function press(key) {
  const target = [...document.querySelectorAll(`[data-key="${key}"]`)].find((element) => element.offsetParent);
  target?.click();
}

function go(key) {
  const link = document.querySelector(`[data-go="${key}"]`);
  if (link) window.location.assign(link.href);
}

function openSheet() {
  dialogs.open(document.querySelector("dialog#keys-sheet"));
}

const DO = {
  "?": openSheet,
  "/": search,
  c: () => press("c"),
  e: () => press("e"),
  j: () => move(1),
  k: () => move(-1),
  g: () => (goesUntil = Date.now() + PATIENCE),
};

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target instanceof Element && event.target.closest(TYPING)) return;
  if (goesUntil > Date.now() && "hin".includes(event.key)) {
    goesUntil = 0;
    event.preventDefault();
    go(event.key);
    return;
  }
  goesUntil = 0;
  if (!Object.hasOwn(DO, event.key)) return;
  event.preventDefault();
  DO[event.key]();
}

export function start(root) {
  for (const button of once(root, "[data-open-keys]", "OpenKeys")) button.addEventListener("click", openSheet);
  if (root !== document || document.body.dataset.keys === "off" || !document.body.dataset.user) return;
  document.addEventListener("keydown", onKey);
}

if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const name of document.querySelectorAll("[data-mod]")) name.textContent = "⌘";
}
