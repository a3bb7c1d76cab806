// Ticked rows of a list, and what stands outside of the list but follows its filters.
import { once } from "./once.js";

function boxes() {
  return [...document.querySelectorAll("input[form=bulk][name=row]")];
}

function tell(form) {
  const rows = boxes();
  const count = rows.filter((box) => box.checked).length;
  const status = form.querySelector(".bulk-count");
  status.textContent = count ? status.dataset.text.replace("{count}", count) : "";
  for (const button of form.querySelectorAll("[data-question]")) {
    button.dataset.confirm = button.dataset.question.replace("{count}", count);
  }
  const all = document.querySelector("input[data-tick-page]");
  if (all) {
    all.checked = count > 0 && count === rows.length;
    all.indeterminate = count > 0 && count < rows.length;
  }
}

function tick(form, wanted) {
  for (const box of boxes()) box.checked = wanted;
  tell(form);
}

// The address in the bar is what the list shows; an answer that brought only the list did not bring these.
function follow(element) {
  const layout = element.dataset.follows === "layout";
  const name = element.formAction && element.hasAttribute("formaction") ? "formaction" : element.tagName === "FORM" ? "action" : "href";
  const url = new URL(element.getAttribute(name), window.location.href);
  const asked = new URLSearchParams(window.location.search);
  for (const gone of layout ? ["layout", "page", "after", "from"] : ["page", "after"]) asked.delete(gone);
  const own = layout ? url.searchParams.get("layout") : null;
  if (own) asked.set("layout", own);
  url.search = asked.toString();
  element.setAttribute(name, url.pathname + url.search);
}

function followAll() {
  for (const element of document.querySelectorAll("[data-follows]")) follow(element);
}

export function start(root) {
  for (const form of once(root, "form#bulk", "Bulk")) {
    for (const button of form.querySelectorAll("[data-tick]")) {
      button.addEventListener("click", () => {
        tick(form, button.dataset.tick === "page");
        if (button.dataset.tick === "none") document.querySelector("input[data-tick-page], .tick input")?.focus();
      });
    }
    tell(form);
  }
}

document.addEventListener("change", (event) => {
  const form = document.getElementById("bulk");
  if (!form) return;
  if (event.target.matches?.("input[data-tick-page]")) tick(form, event.target.checked);
  else if (event.target.matches?.("input[form=bulk][name=row]")) tell(form);
});
document.addEventListener("htmx:after:history:update", followAll);
window.addEventListener("popstate", () => window.setTimeout(followAll));
for (const kind of ["click", "auxclick", "contextmenu"]) {
  document.addEventListener(kind, (event) => {
    const element = event.target.closest?.("[data-follows]");
    if (element && element.tagName !== "FORM") follow(element);
  }, true);
}
document.addEventListener("submit", (event) => {
  if (event.target.matches?.("form[data-follows]")) follow(event.target);
}, true);
// A page that Back brings from the browser's own memory may still have ticked rows.
window.addEventListener("pageshow", () => {
  const form = document.getElementById("bulk");
  if (form) tell(form);
});
