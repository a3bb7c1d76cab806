// Lists: every interaction brings only #list, keeps focus and place, and tells how many rows there are.
import htmx from "htmx.org";
import * as dialogs from "./dialogs.js";
import * as filters from "./filters.js";
import { once } from "./once.js";

const TYPING_PAUSE = 300;
let before = null;

function list() {
  return document.getElementById("list");
}

function listPath() {
  return document.getElementById("list")?.dataset.path;
}

// Ask for a part of the list; the newest question replaces one that is still under way.
function ask(address, push) {
  return htmx.ajax("GET", address, { source: list(), target: list(), swap: "innerHTML", ...(push ? { push: "true" } : {}) });
}

function isPlain(event) {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-part], a[data-dialog], a[data-close-list]");
  if (!link || !isPlain(event)) return;
  const dialog = document.getElementById("list-dialog");
  if ("closeList" in link.dataset) {
    if (!dialog?.open) return;
    event.preventDefault();
    dialog.close();
  } else if ("dialog" in link.dataset && dialog) {
    event.preventDefault();
    openDialog(dialog, link.href);
  } else if (list()) {
    event.preventDefault();
    if (link.dataset.part === "page") document.querySelector(".list-card")?.scrollIntoView({ block: "nearest" });
    ask(link.getAttribute("href"), true);
  }
});

async function openDialog(dialog, address) {
  filters.closeMenus();
  await htmx.ajax("GET", address, { source: dialog, target: dialog, swap: "innerHTML" });
  dialogs.open(dialog);
  dialog.querySelector("input:not([type=hidden])")?.focus();
}

// -- the quick search ---------------------------------------------------------------------------------

// One visit to the box is one entry of the history, however often it asks meanwhile.
function asOneEntry(form, isFirst) {
  form.removeAttribute(isFirst ? "hx-replace-url" : "hx-push-url");
  form.setAttribute(isFirst ? "hx-push-url" : "hx-replace-url", "true");
}

function startSearch(form) {
  const box = form.querySelector("input[type=search]");
  let timer = 0;
  const send = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => form.requestSubmit(), TYPING_PAUSE);
  };
  box.addEventListener("input", (event) => event.isComposing || send());
  box.addEventListener("compositionend", send); // a Chinese word is asked for once it is chosen
  box.addEventListener("focus", () => asOneEntry(form, true));
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    window.setTimeout(() => asOneEntry(form, false));
  });
}

// -- around each answer -------------------------------------------------------------------------------

function isOurs(event) {
  return event.detail?.ctx?.target === list() && list() !== null;
}

// An address carries no empty arguments.
document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (request.method !== "GET" || !(request.body instanceof FormData)) return;
  for (const [name, value] of [...request.body]) if (value === "") request.body.delete(name);
});

// What is no list (an error, the log-in) is shown as the page that it is.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!isOurs(event)) return;
  const final = new URL(ctx.response.raw.url || ctx.request.action, window.location.href);
  if (ctx.response.status >= 400 || final.pathname !== listPath()) {
    event.preventDefault();
    window.location.assign(ctx.request.method === "GET" || final.pathname !== listPath() ? final.href : window.location.href);
    return;
  }
  before = { left: list().querySelector(".table-wrap")?.scrollLeft ?? 0, hadFocus: list().contains(document.activeElement) };
});

document.addEventListener("htmx:after:swap", (event) => {
  if (!isOurs(event)) return;
  const box = document.getElementById("list-text");
  const bar = list().querySelector(".list-bar");
  if (box && bar && document.activeElement !== box) box.value = bar.dataset.text;
  const table = list().querySelector(".table-wrap");
  if (table && before) table.scrollLeft = before.left;
  if (before?.hadFocus && !list().contains(document.activeElement)) {
    (list().querySelector("#add-filter") ?? list().querySelector("a, button"))?.focus({ preventScroll: true });
  }
  before = null;
  const dialog = document.getElementById("list-dialog");
  if (dialog?.open) dialog.close();
  tell();
});

function tell() {
  const place = document.getElementById("list-told");
  const summary = list().querySelector(".summary");
  const nothing = list().querySelector(".empty-state p");
  if (place) place.textContent = (nothing ?? summary)?.textContent.trim() ?? "";
}

// Back and Forward between states of one list bring the list alone.
document.addEventListener("htmx:before:history:restore", (event) => {
  const goal = new URL(event.detail.path, window.location.href);
  if (!list() || goal.pathname !== listPath()) return;
  event.preventDefault();
  ask(goal.pathname + goal.search, false);
});

export function start(root) {
  for (const form of once(root, "#list-search", "Search")) startSearch(form);
  for (const select of once(root, "select[data-submits]", "Submits")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }
  filters.start(root);
}
