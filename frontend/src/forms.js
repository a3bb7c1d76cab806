// Forms: links of the error summary lead into their fields; leaving what was typed asks first.
import { focusControl } from "./pickers.js";
import { once } from "./once.js";

const typed = new WeakSet(); // forms with something typed that is not sent

function reach(event) {
  const link = event.target.closest("a[href^='#']");
  const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  focusControl(field);
}

function guard(form) {
  if (document.getElementById("error-summary")) typed.add(form);
  for (const kind of ["input", "change", "typed"]) form.addEventListener(kind, () => typed.add(form));
}

// Parts of a form that change it without the browser's own events say so by an event of ours.
export function tellTyped(form) {
  form?.dispatchEvent(new CustomEvent("typed", { bubbles: true }));
}

export function start(root) {
  for (const summary of once(root, "#error-summary", "Summary")) {
    summary.addEventListener("click", reach);
    summary.focus();
  }
  for (const form of once(root, "form[data-form]", "Guard")) guard(form);
}

// At the document all listeners of the form itself have had their say.
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) typed.delete(event.target);
});

window.addEventListener("beforeunload", (event) => {
  for (const form of document.querySelectorAll("form[data-form]")) {
    if (typed.has(form)) {
      event.preventDefault();
      event.returnValue = ""; // older browsers ask only for this
      return;
    }
  }
});
