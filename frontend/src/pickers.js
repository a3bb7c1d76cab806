// Related records: a select that holds the chosen row only and asks the server for 20 matches at a time.
import TomSelect from "tom-select/base";
import { once, text } from "./once.js";

function loader(address) {
  return async (typed, answer) => {
    const url = new URL(address, window.location.href);
    url.searchParams.set("q", typed);
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    answer(response.ok ? await response.json() : []);
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
    allowEmptyOption: true,
    closeAfterSelect: true,
    onDelete: () => true,
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
  picker.control_input.setAttribute("aria-label", select.getAttribute("aria-label") ?? labelOf(select));
  return picker;
}

function labelOf(select) {
  return select.labels?.[0]?.textContent.trim() ?? select.name;
}

export function start(root) {
  for (const select of once(root, "select[data-lookup]", "Picker")) makePicker(select);
}
