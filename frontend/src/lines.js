// Lines inside their parent's form: rows are added from a template, marked for removal with a way back, and summed.
import * as dates from "./dates.js";
import { tellTyped } from "./forms.js";
import { once } from "./once.js";
import * as pickers from "./pickers.js";

const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;

// A typed number as a whole number of its smallest unit: exact, however long. Null for what is no number.
export function unitsOf(typed, places) {
  const plain = typed.trim();
  const found = (GROUPED.test(plain) ? plain.replaceAll(",", "") : plain).match(/^([+-]?)(\d*)(?:\.(\d*))?$/);
  if (!found || !(found[2] || found[3])) return null;
  const fraction = (found[3] ?? "").replace(/0+$/, "");
  if (fraction.length > places) return null;
  const units = BigInt(`${found[2]}${fraction.padEnd(places, "0")}` || "0");
  return found[1] === "-" ? -units : units;
}

export function shownUnits(units, places, isShort) {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = isShort ? digits.slice(digits.length - places).replace(/0+$/, "") : digits.slice(digits.length - places);
  return `${units < 0n ? "-" : ""}${whole}${fraction ? `.${fraction}` : ""}`;
}

function rowsOf(section) {
  return [...section.querySelectorAll("tr.line-row")];
}

function sumOf(section, output, places) {
  let sum = 0n;
  for (const row of rowsOf(section)) {
    if (row.classList.contains("is-removed")) continue;
    const cell = row.querySelector(`[data-column="${output.dataset.total}"]`);
    const typed = cell?.dataset.value ?? cell?.querySelector("input")?.value ?? "";
    sum += unitsOf(typed, places) ?? 0n;
  }
  return sum;
}

function showTotal(section) {
  const output = section.querySelector("output[data-total]");
  if (!output) return;
  const { places: digits, limit: name, limitValue } = output.dataset;
  const places = Number(digits);
  const show = (units) => shownUnits(units, places, output.dataset.kind !== "money");
  const sum = sumOf(section, output, places);
  const input = name && section.closest("form").elements.namedItem(name);
  const limit = unitsOf(input ? input.value : (limitValue ?? ""), places);
  const rest = limit === null ? 0n : limit - sum;
  const state = limit === null ? "alone" : rest > 0n ? "under" : rest < 0n ? "over" : "exact";
  const words = { sum: show(sum), limit: show(limit ?? 0n), rest: show(rest < 0n ? -rest : rest) };
  const sentence = output.dataset[state].replace(/\{(\w+)\}/g, (_all, key) => words[key]);
  output.dataset.state = state;
  if (output.textContent !== sentence) output.textContent = sentence; // it is read aloud only when it changes
}

export function markRemoved(row, isRemoved) {
  row.classList.toggle("is-removed", isRemoved);
  row.querySelector("input[name$='-is_removed']").value = isRemoved ? "1" : "";
  for (const cell of row.querySelectorAll("td:not(.line-actions)")) cell.inert = isRemoved;
  row.querySelector("[data-remove-line]").hidden = isRemoved;
  row.querySelector("[data-undo-line]").hidden = !isRemoved;
}

function nextIndex(section) {
  const used = [...section.querySelectorAll("input[name$='-row_key']")].map((input) => Number(input.name.split("-")[2]));
  return Math.max(-1, ...used) + 1;
}

// Returns the new row, or null when no more fit.
export function addLine(section) {
  const template = section.querySelector(":scope > template");
  const rows = rowsOf(section);
  if (!template || rows.length >= Number(section.dataset.most)) return null;
  const holder = document.createElement("template");
  holder.innerHTML = template.innerHTML
    .replaceAll("__index__", String(nextIndex(section)))
    .replaceAll("__ordinal__", String(rows.length + 1));
  const row = holder.content.querySelector("tr");
  section.querySelector("tbody").append(row);
  pickers.start(row);
  dates.start(row);
  showTotal(section);
  const add = section.querySelector("[data-add-line]");
  if (add) add.disabled = rows.length + 1 >= Number(section.dataset.most);
  return row;
}

function startSection(section) {
  const form = section.closest("form");
  section.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-line]");
    const remove = event.target.closest("[data-remove-line], [data-undo-line]");
    if (add) {
      const first = addLine(section)?.querySelector("td select, td input, td textarea");
      if (first) pickers.focusControl(first);
    } else if (remove) {
      const row = remove.closest("tr");
      const isRemoved = remove.matches("[data-remove-line]");
      markRemoved(row, isRemoved);
      row.querySelector(isRemoved ? "[data-undo-line]" : "[data-remove-line]").focus();
      showTotal(section);
    }
    if (add || remove) tellTyped(form);
  });
  for (const row of section.querySelectorAll("tr.line-row.is-removed")) markRemoved(row, true);
  for (const add of section.querySelectorAll("[data-add-line]")) add.hidden = false;
  form.addEventListener("input", () => showTotal(section));
  form.addEventListener("change", () => showTotal(section));
  showTotal(section);
}

export function start(root) {
  for (const section of once(root, "section[data-lines]", "Lines")) startSection(section);
}
