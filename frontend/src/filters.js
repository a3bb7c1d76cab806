// The small menus of a list: filter forms that show the control of the chosen operator, and the order of columns.
import { once } from "./once.js";

const MENUS = "details[name=list-menu]";
const BESIDE = ".flatpickr-calendar, .ts-dropdown";

export function closeMenus() {
  for (const menu of document.querySelectorAll(`${MENUS}[open]`)) menu.open = false;
}

function showControl(form) {
  const select = form.querySelector("select[name=operator]");
  if (!select) return;
  const wanted = select.selectedOptions[0]?.dataset.control;
  for (const group of form.querySelectorAll("fieldset[data-control]")) {
    group.hidden = group.disabled = group.dataset.control !== wanted;
  }
}

function focusFirst(panel) {
  panel.querySelector("select:not([hidden]), fieldset:not([hidden]) input:not([type=hidden]), input:not([type=hidden])")?.focus();
}

function startFilter(form) {
  showControl(form);
  form.querySelector("select[name=operator]")?.addEventListener("change", () => showControl(form));
}

// A panel that would leave the window hangs on the other side of its button.
function place(menu) {
  const panel = menu.querySelector(".menu-panel");
  panel.classList.remove("to-left");
  if (panel.getBoundingClientRect().right > document.documentElement.clientWidth - 8) panel.classList.add("to-left");
}

function startMenu(menu) {
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    place(menu);
    menu.querySelector(".filter-form") && focusFirst(menu);
  });
}

function moveColumn(event) {
  const button = event.currentTarget;
  const row = button.closest("li");
  event.preventDefault();
  if (button.dataset.move === "up") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  button.focus();
}

document.addEventListener("click", (event) => {
  const path = event.composedPath();
  if (path.some((node) => node instanceof Element && node.matches(BESIDE))) return;
  for (const menu of document.querySelectorAll(`${MENUS}[open]`)) if (!path.includes(menu)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const menu = document.querySelector(`${MENUS}[open]`);
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

export function start(root) {
  for (const menu of once(root, MENUS, "Menu")) startMenu(menu);
  for (const form of once(root, "form[data-filter]", "Filter")) {
    startFilter(form);
    if (root instanceof Element && root.matches(".filter-panel")) focusFirst(root);
  }
  for (const button of once(root, "button[data-move]", "Move")) button.addEventListener("click", moveColumn);
}
