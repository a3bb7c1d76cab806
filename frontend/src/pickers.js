// Related records: a select that holds the chosen row only and asks the server for 20 matches at a time.
import TomSelect from "tom-select/base";
import clearButton from "tom-select/dist/esm/plugins/clear_button/plugin.js";
import { once, text } from "./once.js";

TomSelect.define("clear_button", clearButton);

function loader(address) {
  return async (typed, answer) => {
    const url = new URL(address, window.location.href);
    url.searchParams.set("q", typed);
    const response = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    answer(response?.ok ? await response.json() : []);
  };
}

export function makePicker(select) {
  const plain = (data, escape) => `<div>${escape(data.text)}</div>`;
  const picker = new TomSelect(select, {
    valueField: "value",
    labelField: "text",
    searchField: [],
    load: loader(select.dataset.lookup),
    preload: "focus",
    shouldLoad: () => true,
    maxOptions: 50,
    closeAfterSelect: true,
    dropdownParent: select.closest(".table-wrap") ? "body" : null, // a scrolling table would cut it off
    plugins: "optional" in select.dataset ? { clear_button: { title: text("clear"), html: clearIcon } } : {},
    render: {
      option: plain,
      item: plain,
      no_results: () => `<div class="no-results">${text("noMatch")}</div>`,
      loading: () => `<div class="no-results">${text("searching")}</div>`,
    },
    onType() {
      this.clearOptions();
    },
  });
  carry(select, picker.control_input);
  select.setAttribute("aria-hidden", "true"); // the box stands for it
  return picker;
}

function clearIcon(data) {
  return `<button type="button" class="${data.className}" tabindex="-1" aria-hidden="true">×</button>`;
}

// What was said about the select holds for the box that is typed into.
function carry(select, box) {
  for (const name of ["aria-invalid", "aria-describedby", "aria-label", "aria-required"]) {
    const value = select.getAttribute(name);
    if (value) box.setAttribute(name, value);
  }
  if (!("optional" in select.dataset)) box.setAttribute("aria-required", "true");
  if (!box.hasAttribute("aria-labelledby") && !box.hasAttribute("aria-label")) box.setAttribute("aria-label", select.name);
}

// Put the cursor into a field, whatever stands in its place.
export function focusControl(field) {
  const box = field.tomselect?.control_input ?? field;
  box.scrollIntoView({ block: "center" });
  box.focus({ preventScroll: true });
}

export function start(root) {
  for (const select of once(root, "select[data-lookup]", "Picker")) makePicker(select);
}
