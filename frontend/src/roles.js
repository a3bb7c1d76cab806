// The table of a role: find a row, tick a whole row or column, and see what changed before saving.
import { once } from "./once.js";

const boxesOf = (scope) => [...scope.querySelectorAll("input[name=right]:not(:disabled)")];
const isChanged = (control) =>
  control.type === "checkbox" ? control.checked !== control.hasAttribute("data-held") : control.value !== control.dataset.held;

function toggle(boxes) {
  const shall = !boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = shall;
}

function told(control, form) {
  const label = control.getAttribute("aria-label");
  if (control.type === "checkbox") return `${label} – ${control.checked ? form.dataset.given : form.dataset.taken}`;
  const before = [...control.options].find((option) => option.value === control.dataset.held);
  return `${label} – ${before?.textContent.trim() ?? ""} → ${control.selectedOptions[0].textContent.trim()}`;
}

function mark(form) {
  const list = form.querySelector("[data-matrix-summary]");
  if (!list) return;
  const lines = [];
  for (const control of form.querySelectorAll("input[name=right], select[data-held]")) {
    const changed = isChanged(control);
    (control.closest("label") ?? control.closest("td")).classList.toggle("is-changed", changed);
    if (changed) lines.push(Object.assign(document.createElement("li"), { textContent: told(control, form) }));
  }
  list.replaceChildren(...lines);
  list.closest("details").hidden = false;
  form.querySelector("[data-matrix-count]").textContent = lines.length ? `${form.dataset.changes} ${lines.length}` : form.dataset.none;
}

function filter(form, words) {
  const wanted = words.trim().toLowerCase();
  for (const body of form.querySelectorAll("tbody")) {
    const area = body.querySelector(".area");
    const isArea = area.textContent.toLowerCase().includes(wanted);
    let shown = 0;
    for (const row of body.querySelectorAll("tr[data-row]")) {
      row.hidden = !isArea && !row.dataset.row.toLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    body.hidden = !shown;
  }
  form.querySelector("[data-matrix-found]").textContent = wanted ? String(form.querySelectorAll("tbody:not([hidden]) tr[data-row]:not([hidden])").length) : "";
}

export function start(root) {
  for (const form of once(root, "form[data-matrix]", "Matrix")) {
    form.addEventListener("change", () => mark(form));
    form.querySelector("[data-matrix-filter]").addEventListener("input", (event) => filter(form, event.target.value));
    form.querySelector("[data-matrix-filter]").addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    for (const button of form.querySelectorAll("[data-tick-row], [data-tick-column]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const rows = button.hasAttribute("data-tick-row") ? [button.closest("tr")] : [...form.querySelectorAll("tbody:not([hidden]) tr[data-row]:not([hidden])")];
        const verb = button.dataset.tickColumn;
        toggle(rows.flatMap((row) => boxesOf(verb ? row.querySelector(`[data-verb="${verb}"]`) : row)));
        mark(form);
      });
    }
    mark(form);
  }
}
