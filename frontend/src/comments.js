// Naming colleagues in a comment: an @ opens a list of people who may see the record.
import { once } from "./once.js";

const TYPED = /(^|[^A-Za-z0-9._%+-])@([\p{L}\p{N}_.-]{0,40})$/u;
const PATIENCE_MS = 150;
let number = 0;

function startPicker(area) {
  const list = Object.assign(document.createElement("ul"), { className: "people", id: `people-${(number += 1)}`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", area.dataset.peopleLabel);
  const status = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  status.setAttribute("role", "status");
  area.after(list, status);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);
  let timer = 0;
  let asked = 0;

  const typed = () => TYPED.exec(area.value.slice(0, area.selectionStart));
  const options = () => [...list.children];
  const current = () => list.querySelector("[aria-selected=true]");

  function close() {
    list.hidden = true;
    list.replaceChildren();
    area.removeAttribute("aria-activedescendant");
    status.textContent = "";
  }

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    area.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(option) {
    const found = typed();
    if (!found) return close();
    const end = area.selectionStart;
    const begin = end - found[2].length;
    area.setRangeText(`${option.dataset.value} `, begin, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    area.focus();
  }

  function draw(people) {
    if (!people.length) return close();
    list.replaceChildren(...people.map((person, index) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${index}`;
      option.dataset.value = person.value;
      option.setAttribute("role", "option");
      option.append(person.text, Object.assign(document.createElement("small"), { textContent: person.value }));
      option.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(option);
      });
      return option;
    }));
    list.hidden = false;
    list.style.top = `${area.offsetTop + area.offsetHeight}px`;
    status.textContent = area.dataset.peopleFound.replace("{count}", String(people.length));
    choose(list.firstElementChild);
  }

  async function ask() {
    const found = typed();
    if (!found) return close();
    const turn = (asked += 1);
    const url = new URL(area.dataset.people, window.location.href);
    url.searchParams.set("q", found[2]);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (turn === asked) draw(answer.ok ? await answer.json() : []);
  }

  area.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PATIENCE_MS);
  });
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return area.form.requestSubmit();
    }
    if (list.hidden) return undefined;
    const at = options().indexOf(current());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(options()[(at + step + options().length) % options().length]);
    } else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      take(current());
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
    return undefined;
  });
}

export function start(root) {
  for (const area of once(root, "textarea[data-people]", "People")) startPicker(area);
}
