// A record's page: tabs that keep their place in the address, the way to the neighbours in the list one
// came from, copying the link, printing with everything open; and the parts that come later.
import { Tab } from "bootstrap";
import * as attachments from "./attachments.js";
import * as comments from "./comments.js";
import { once } from "./once.js";

const LIST = "yingce.list";
const TAB = "yingce.tab";

function recall(name) {
  try {
    return JSON.parse(window.sessionStorage.getItem(name)) ?? {};
  } catch {
    return {};
  }
}

function remember(name, value) {
  try {
    window.sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Nothing is kept; the page works without it.
  }
}

// ---------------------------------------------------------------- tabs

function paneOf(tab) {
  return document.querySelector(tab.getAttribute("href"));
}

function opened(page, tab) {
  const pane = paneOf(tab);
  if (pane) {
    window.htmx.process(pane); // at the start of the page it may not have come to this pane yet
    pane.dispatchEvent(new Event("tabopen"));
  }
  const isFirst = tab === page.querySelector("[data-tab]");
  if (isFirst && !window.location.hash) return;
  window.history.replaceState(window.history.state, "", `#${tab.dataset.tab}`);
  remember(TAB, { path: page.dataset.record, tab: tab.dataset.tab });
}

// Which tab to open: the one in the address, else the one this record was left at (after a line was saved).
function wanted(page) {
  const kept = recall(TAB);
  const name = window.location.hash.slice(1) || (kept.path === page.dataset.record ? kept.tab : "");
  return [...page.querySelectorAll("[data-tab]")].find((tab) => tab.dataset.tab === name);
}

function startTabs(page) {
  for (const tab of page.querySelectorAll("[data-tab]")) {
    tab.addEventListener("click", (event) => event.preventDefault());
    tab.addEventListener("shown.bs.tab", () => opened(page, tab));
  }
  const open = () => {
    const tab = wanted(page);
    if (tab && !tab.classList.contains("active")) Tab.getOrCreateInstance(tab).show();
  };
  window.addEventListener("hashchange", open);
  open();
}

function showCount(part) {
  const mark = document.querySelector(`[data-count-of="${part.dataset.tabCount}"]`);
  if (mark) mark.textContent = part.dataset.count;
}

// ---------------------------------------------------------------- the list one came from

function keepList(list) {
  const keys = [...list.querySelectorAll("tbody tr")]
    .map((row) => row.querySelector('a[href*="/show/"]')?.getAttribute("href"))
    .filter(Boolean);
  if (keys.length) remember(LIST, { keys, from: window.location.pathname + window.location.search });
}

function startWay(way) {
  const kept = recall(LIST);
  const place = kept.keys?.indexOf(window.location.pathname) ?? -1;
  if (place < 0) return;
  const back = document.querySelector("[data-list-link]");
  if (back) back.href = kept.from;
  way.querySelector("[data-way-place]").textContent = way.dataset.words
    .replace("{number}", String(place + 1))
    .replace("{total}", String(kept.keys.length));
  for (const [name, key] of [["previous", kept.keys[place - 1]], ["next", kept.keys[place + 1]]]) {
    const link = way.querySelector(`[data-way="${name}"]`);
    if (key) link.href = key;
    else link.setAttribute("aria-disabled", "true");
  }
  way.hidden = false;
}

// ---------------------------------------------------------------- link and paper

async function copyLink(button) {
  const address = window.location.href;
  try {
    await navigator.clipboard.writeText(address);
  } catch {
    // Without https there is no clipboard for scripts: the old way by a selected field.
    const field = Object.assign(document.createElement("textarea"), { value: address });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const told = document.querySelector("[data-told]");
  if (!told) return;
  told.textContent = button.dataset.done;
  told.className = "flash flash-success";
  window.setTimeout(() => {
    told.className = "visually-hidden";
    told.textContent = "";
  }, 4000);
}

export function start(root) {
  for (const page of once(root, ".record-page", "Record")) startTabs(page);
  for (const part of once(root, "[data-tab-count]", "Count")) showCount(part);
  for (const way of once(root, "[data-record-way]", "Way")) startWay(way);
  for (const button of once(root, "[data-copy-link]", "Copy")) button.addEventListener("click", () => copyLink(button));
  for (const button of once(root, "[data-print]", "Print")) button.addEventListener("click", () => window.print());
  const list = document.getElementById("list");
  if (list) keepList(list);
  comments.start(root);
  attachments.start(root);
}
