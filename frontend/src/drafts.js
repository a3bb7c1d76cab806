// A draft of each form is kept in this browser while one types, and offered again until the form is stored.
// Kept: what was typed. Not kept: passwords, files, tokens, one-time keys and personal data.
import { once } from "./once.js";
import { tellTyped } from "./forms.js";
import { addLine, markRemoved } from "./lines.js";

const PREFIX = "yingce.draft.";
const SENT = "yingce.sent";
const PAUSE_MS = 1000;
const MOST_DAYS = 30;
const NEVER = new Set(["csrf_token", "request_key"]);
let isOver = false; // after the log-out nothing is kept any more
const LINE = /^lines-(\w+)-(\d+)-(\w+)$/;

function storage(kind, use) {
  try {
    return use(window[kind]);
  } catch {
    return null; // a browser that keeps nothing offers no draft
  }
}

function keyOf(form) {
  return `${PREFIX}${form.dataset.user}.${form.dataset.form}${window.location.search}`;
}

function isKept(control) {
  return control.name && !NEVER.has(control.name) && !("personal" in control.dataset) && !["password", "file", "submit", "button"].includes(control.type);
}

function valueOf(control) {
  if (control.type === "checkbox") return control.checked;
  if (!control.tomselect) return control.value;
  const chosen = control.tomselect.options[control.value];
  return { value: control.value, text: chosen?.text ?? control.value };
}

function give(control, kept) {
  if (control.type === "checkbox") control.checked = kept === true;
  else if (control.tomselect) {
    if (kept.value) control.tomselect.addOption({ value: kept.value, text: kept.text });
    control.tomselect.setValue(kept.value ?? "");
  } else if (control._flatpickr) {
    control._flatpickr.setDate(kept, false);
    control.value = kept; // also what is half typed
  } else control.value = kept;
}

function read(form) {
  const draft = { at: Date.now(), fields: {}, rows: {} };
  for (const control of form.elements) {
    if (!isKept(control)) continue;
    const line = control.name.match(LINE);
    if (line) {
      const [, kind, index, column] = line;
      ((draft.rows[kind] ??= {})[index] ??= {})[column] = valueOf(control);
    } else draft.fields[control.name] = valueOf(control);
  }
  return draft;
}

function rowFor(section, kept) {
  const keys = [...section.querySelectorAll("input[name$='-row_key']")];
  const stored = kept.row_key ? keys.find((input) => input.value === kept.row_key) : null;
  return stored?.closest("tr") ?? addLine(section);
}

// A restored row keeps the version it was drawn from, so that a change made meanwhile is told, not lost.
function restoreRow(section, kept) {
  const row = rowFor(section, kept);
  if (!row) return;
  for (const control of row.querySelectorAll("input[name], select[name], textarea[name]")) {
    const column = control.name.match(LINE)?.[3];
    if (column in kept) give(control, kept[column]);
  }
  if (row.querySelector("[data-undo-line]")) markRemoved(row, kept.is_removed === "1");
}

function restore(form, draft) {
  for (const [name, kept] of Object.entries(draft.fields)) {
    const control = form.elements.namedItem(name);
    if (control instanceof Element && isKept(control)) give(control, kept);
  }
  for (const [kind, rows] of Object.entries(draft.rows)) {
    const section = form.querySelector(`section[data-lines="${kind}"]`);
    if (section) for (const kept of Object.values(rows)) restoreRow(section, kept);
  }
  form.dispatchEvent(new Event("change"));
  tellTyped(form);
}

function offer(form, draft) {
  const words = form.querySelector("template[data-form-texts]").dataset;
  const at = new Date(draft.at);
  const isToday = at.toDateString() === new Date().toDateString();
  const time = new Intl.DateTimeFormat(document.documentElement.lang, isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(at);
  const notice = document.createElement("div");
  notice.className = "flash flash-warning draft-offer";
  notice.setAttribute("role", "status");
  const say = document.createElement("span");
  const button = (label) => Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: label });
  const [take, drop] = [button(words.restore), button(words.discard)];
  notice.append(say, take, drop);
  take.addEventListener("click", () => {
    restore(form, draft);
    take.remove();
    drop.remove();
    say.textContent = words.restored;
    form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });
  drop.addEventListener("click", () => {
    storage("localStorage", (place) => place.removeItem(keyOf(form)));
    notice.remove();
  });
  form.prepend(notice);
  say.textContent = words.draft.replace("{time}", time);
}

function watch(form) {
  let waiting = 0;
  const keep = () => {
    waiting = 0;
    if (!isOver) storage("localStorage", (place) => place.setItem(keyOf(form), JSON.stringify(read(form))));
  };
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, PAUSE_MS);
  };
  for (const kind of ["input", "change", "typed"]) form.addEventListener(kind, later);
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    keep(); // the log-in may have ended meanwhile; what was sent is offered again then
    storage("sessionStorage", (place) => place.setItem(SENT, JSON.stringify({ key: keyOf(form), path: window.location.pathname })));
  });
  window.addEventListener("pagehide", () => waiting && keep());
}

// A stored form leads to another page; a refused one stays where it is, and an ended log-in leads to the door.
function forgetStored() {
  const sent = storage("sessionStorage", (place) => JSON.parse(place.getItem(SENT)));
  if (!sent || document.body.classList.contains("auth")) return;
  storage("sessionStorage", (place) => place.removeItem(SENT));
  if (window.location.pathname !== sent.path) storage("localStorage", (place) => place.removeItem(sent.key));
}

function draftOf(form) {
  const draft = storage("localStorage", (place) => JSON.parse(place.getItem(keyOf(form))));
  return draft && Date.now() - draft.at < MOST_DAYS * 86_400_000 ? draft : null;
}

function forgetAll() {
  isOver = true;
  storage("localStorage", (place) => {
    for (const key of Object.keys(place)) if (key.startsWith(PREFIX)) place.removeItem(key);
  });
}

export function start(root) {
  if (root === document) forgetStored();
  for (const form of once(root, "form[data-form]", "Draft")) {
    const draft = document.getElementById("error-summary") ? null : draftOf(form);
    if (draft) offer(form, draft);
    watch(form);
  }
  for (const form of once(root, "form[action$='/logout/']", "LogOut")) form.addEventListener("submit", forgetAll);
}
