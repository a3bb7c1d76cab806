// One's own account and the log-in: a password that can be looked at, a long choice that can be searched.
import TomSelect from "tom-select/base";
import { once, text } from "./once.js";

function showable(button) {
  const field = document.getElementById(button.getAttribute("aria-controls"));
  button.hidden = false;
  button.addEventListener("click", () => {
    const isShown = field.type === "password";
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
    field.focus();
  });
}

function searchable(select) {
  const name = select.labels?.[0]?.textContent.trim() ?? select.name;
  select.setAttribute("aria-label", name);
  const picker = new TomSelect(select, {
    searchField: ["text", "value"],
    maxOptions: 80,
    render: { no_results: () => `<div class="no-results">${text("noMatch")}</div>` },
    onItemAdd() {
      this.setTextboxValue("");
      this.refreshOptions(false);
    },
  });
  picker.control_input.setAttribute("aria-label", name);
}

export function start(root) {
  for (const button of once(root, "[data-show-password]", "ShowPassword")) showable(button);
  for (const select of once(root, "select[data-searchable]", "Searchable")) searchable(select);
}
