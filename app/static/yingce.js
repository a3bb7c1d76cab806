// Small behaviour of the ground layer: confirmations, double-click guard, filter builder, remote pickers.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  }
});

for (const chooser of document.querySelectorAll(".filter-column")) {
  chooser.addEventListener("change", () => {
    if (!chooser.value) return;
    const input = document.createElement("input");
    input.name = chooser.value;
    const label = document.createElement("label");
    label.className = "chip";
    label.append(chooser.selectedOptions[0].textContent + " ", input);
    chooser.closest("label").after(label);
    chooser.value = "";
    input.focus();
  });
}

// A select[data-lookup] holds the chosen option only; the picker asks the server for 20 matches.
function makePicker(select) {
  const box = document.createElement("div");
  box.className = "picker";
  const input = document.createElement("input");
  const list = document.createElement("ul");
  input.type = "text";
  input.id = select.id;
  input.autocomplete = "off";
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", select.id + "-list");
  list.id = select.id + "-list";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  select.removeAttribute("id");
  select.hidden = true;
  input.value = select.selectedOptions[0] ? select.selectedOptions[0].textContent : "";
  select.after(box);
  box.append(input, list);
  let timer = 0;
  let chosen = -1;

  function close() { list.hidden = true; input.setAttribute("aria-expanded", "false"); }
  function choose(item) {
    select.replaceChildren(new Option(item.textContent, item.dataset.value, true, true));
    input.value = item.textContent;
    close();
  }
  function mark(step) {
    const items = [...list.children];
    chosen = (chosen + step + items.length) % Math.max(items.length, 1);
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  }
  async function search() {
    const url = new URL(select.dataset.lookup, window.location.href);
    url.searchParams.set("q", input.value);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    list.replaceChildren(...(await answer.json()).map((row) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.dataset.value = row.value;
      item.textContent = row.text;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(item); });
      return item;
    }));
    chosen = -1;
    list.hidden = list.children.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }
  input.addEventListener("input", () => {
    select.replaceChildren(new Option("", "", true, true));
    clearTimeout(timer);
    timer = setTimeout(search, 150);
  });
  input.addEventListener("focus", search);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { mark(1); event.preventDefault(); }
    else if (event.key === "ArrowUp") { mark(-1); event.preventDefault(); }
    else if (event.key === "Enter" && !list.hidden && list.children[chosen]) { choose(list.children[chosen]); event.preventDefault(); }
    else if (event.key === "Escape") close();
  });
}
document.querySelectorAll("select[data-lookup]").forEach(makePicker);

const summary = document.getElementById("error-summary");
if (summary) summary.focus();
