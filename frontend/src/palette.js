// The command palette: one box that finds records, pages and actions (Ctrl-K, Cmd-K).
// A combobox with a listbox: the focus stays in the box, the chosen option is aria-activedescendant.
import * as dialogs from "./dialogs.js";
import { once } from "./once.js";

const MOST_RECENT = 8;
const WAIT = 120;

const key = () => `yingce.recent.${document.body.dataset.user}`;

function recent() {
  try {
    const kept = JSON.parse(window.localStorage.getItem(key()) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function keep(rows) {
  try {
    window.localStorage.setItem(key(), JSON.stringify(rows.slice(0, MOST_RECENT)));
  } catch {
    // A browser that keeps nothing shows no recent records.
  }
}

function remember() {
  if (!("record" in document.body.dataset)) return;
  const url = window.location.pathname;
  const title = document.title.replace(/ · [^·]*$/, "");
  keep([{ url, title }, ...recent().filter((row) => row.url !== url)]);
}

function forget() {
  try {
    window.localStorage.removeItem(key());
  } catch {
    // Nothing was kept.
  }
}

// What the page itself offers as an action: its own buttons and links, pressed for the person.
function pageActions(words) {
  return [...document.querySelectorAll("[data-palette]")]
    .map((element) => ({ title: element.dataset.palette || element.textContent.trim(), press: element }))
    .filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
}

class Palette {
  constructor(dialog) {
    this.dialog = dialog;
    this.box = dialog.querySelector("input");
    this.list = dialog.querySelector("[role=listbox]");
    this.none = dialog.querySelector(".palette-none");
    this.all = dialog.querySelector("[data-palette-all]");
    this.status = dialog.querySelector("[data-palette-status]");
    this.page = this.all.getAttribute("href");
    this.asked = 0;
    this.box.addEventListener("input", () => this.later());
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => this.follow(event.target.closest("[role=option]"), event));
    this.list.addEventListener("mousemove", (event) => this.choose(event.target.closest("[role=option]")));
  }

  open() {
    dialogs.open(this.dialog);
    this.box.select();
    this.box.focus();
    this.ask();
  }

  later() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const text = this.box.value.trim();
    const number = ++this.asked;
    this.all.href = text ? `${this.page}?q=${encodeURIComponent(text)}` : this.page;
    const url = new URL(this.dialog.dataset.url, window.location.href);
    url.searchParams.set("q", text);
    let found = null;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) found = await answer.json();
    } catch {
      // Told below, as any answer that is none.
    }
    if (number === this.asked) this.draw(text, found);
  }

  draw(text, found) {
    const groups = found ? [...found] : [];
    const data = this.dialog.dataset;
    if (!text && recent().length) groups.unshift({ key: "recent", title: data.recent, hits: recent() });
    const own = pageActions(text.toLowerCase().split(/\s+/).filter(Boolean));
    const actions = groups.find((group) => group.key === "actions");
    if (actions) actions.hits = [...actions.hits, ...own];
    else if (own.length) groups.push({ key: "actions", title: data.actions, hits: own });
    this.presses = [];
    this.list.replaceChildren(...groups.map((group, index) => this.group(group, index)));
    const count = this.options().length;
    this.none.hidden = count > 0 && found !== null;
    this.none.textContent = found ? data.none : data.failed;
    this.status.textContent = found ? data.count.replace("{count}", count) : data.failed;
    this.choose(this.options()[0]);
    this.list.scrollTop = 0;
  }

  group({ key: name, title, hits }, index) {
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", `palette-group-${index}`);
    const head = make("div", "palette-group", title);
    head.id = `palette-group-${index}`;
    head.setAttribute("role", "presentation");
    group.append(head, ...hits.map((hit, place) => this.option(hit, `palette-${name}-${place}`)));
    return group;
  }

  option(hit, id) {
    const option = make("div", "palette-option", "");
    option.id = id;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    if (hit.number) option.append(make("span", "number", hit.number), " ");
    option.append(make("span", "title", hit.title));
    if (hit.status) option.append(" ", make("span", `badge badge-${hit.colour}`, hit.status));
    if (hit.note) option.append(" ", make("span", "note", hit.note));
    if (hit.url) option.dataset.url = hit.url;
    else option.dataset.press = String(this.presses.push(hit.press) - 1);
    return option;
  }

  options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  choose(option) {
    if (!option || option === this.chosen) return;
    this.chosen?.setAttribute("aria-selected", "false");
    this.chosen = option;
    option.setAttribute("aria-selected", "true");
    this.box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    const options = this.options();
    const at = options.indexOf(this.chosen);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) this.choose(options[(at + step + options.length) % options.length]);
    else if (event.key === "Enter" && !event.isComposing) this.follow(this.chosen, event);
    else return;
    event.preventDefault();
  }

  follow(option, event) {
    if (!option?.isConnected) return;
    if (option.dataset.url) {
      if (event.ctrlKey || event.metaKey) window.open(option.dataset.url, "_blank", "noopener");
      else window.location.assign(option.dataset.url);
      return;
    }
    const press = this.presses[Number(option.dataset.press)];
    this.dialog.close();
    press.click();
  }
}

function make(tag, className, content) {
  return Object.assign(document.createElement(tag), { className, textContent: content });
}

let palette = null;

export function openPalette() {
  palette?.open();
}

export function start(root) {
  for (const dialog of once(root, "dialog#palette", "Palette")) palette = new Palette(dialog);
  for (const button of once(root, "[data-open-palette]", "OpenPalette")) {
    button.addEventListener("click", openPalette);
  }
  for (const form of once(root, "form[data-log-out]", "Forget")) form.addEventListener("submit", forget);
  if (root === document) remember();
}

document.addEventListener("keydown", (event) => {
  const isAsked = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!isAsked || !palette) return;
  event.preventDefault();
  if (palette.dialog.open) palette.dialog.close();
  else openPalette();
});
