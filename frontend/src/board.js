// A list as a board: cards go where they may go, by dragging or by their menu; the portal decides each time.
import Sortable from "sortablejs";

const ready = new WeakSet();

function board() {
  return document.querySelector("#list .board");
}

function tell(sentence, isRefused) {
  const message = document.querySelector("#list .board-message");
  if (!message) return;
  message.textContent = sentence;
  message.className = `flash board-message flash-${isRefused ? "danger" : "success"}`;
  message.hidden = false;
}

// Posts what the menu's button would post; returns [whether it was done, the portal's sentence].
async function send(button) {
  const form = new FormData(document.getElementById("move"));
  form.set("target", button.value);
  try {
    const answer = await fetch(button.formAction, { method: "POST", body: form, headers: { Accept: "application/json" }, redirect: "error" });
    const { message } = await answer.json();
    return [answer.ok, message];
  } catch {
    return [false, board()?.dataset.failed ?? ""];
  }
}

async function redraw(key, sentence) {
  const scrolled = board()?.scrollLeft ?? 0;
  await window.htmx.ajax("GET", window.location.pathname + window.location.search, { target: "#list", swap: "innerHTML", headers: { "HX-Request-Type": "partial" } });
  start();
  if (board()) board().scrollLeft = scrolled;
  const card = board()?.querySelector(`[data-key="${key}"]`);
  (card?.querySelector("summary") ?? card?.querySelector("a") ?? board())?.focus();
  tell(sentence, false);
}

async function move(button, goBack) {
  const key = button.closest(".board-card").dataset.key;
  board().setAttribute("aria-busy", "true");
  const [isDone, sentence] = await send(button);
  board()?.removeAttribute("aria-busy");
  if (isDone) return redraw(key, sentence);
  goBack();
  tell(sentence, true);
}

function mark(element, targets, home) {
  element.classList.add("is-dragging");
  for (const column of element.querySelectorAll(".board-column")) {
    const status = column.dataset.status;
    column.classList.toggle("is-target", targets.includes(status));
    column.classList.toggle("is-refused", status !== home && !targets.includes(status));
    column.querySelector("h2").dataset.impossible = element.dataset.impossible;
  }
}

function unmark(element) {
  element.classList.remove("is-dragging");
  for (const column of element.querySelectorAll(".board-column")) column.classList.remove("is-target", "is-refused");
}

function targetsOf(card) {
  return card.dataset.targets.split(" ").filter(Boolean);
}

// The card stands in the last column that took it; only where it was let go counts. A column on the way that would
// have taken it is no target. Its follower is the card that stood below it before.
function dropped({ item, from, to, originalEvent }, follower) {
  if (from === to) return;
  const { clientX, clientY } = originalEvent.changedTouches?.[0] ?? originalEvent;
  const below = document.elementFromPoint(clientX, clientY)?.closest(".board-column");
  const goBack = () => from.insertBefore(item, follower?.parentElement === from ? follower : null);
  const button = [...item.querySelectorAll("button[name=target]")].find((one) => one.value === to.dataset.status);
  if (button && below?.contains(to)) move(button, goBack);
  else goBack();
}

function start() {
  const element = board();
  if (!element || ready.has(element)) return;
  ready.add(element);
  let follower = null;
  for (const list of element.querySelectorAll(".board-cards")) {
    Sortable.create(list, {
      group: { name: "board", put: (to, _from, card) => targetsOf(card).includes(to.el.dataset.status) },
      draggable: ".is-movable", filter: "a, summary, button", preventOnFilter: false, sort: false,
      forceFallback: true, fallbackTolerance: 4, delay: 150, delayOnTouchOnly: true,
      ghostClass: "is-dragged", fallbackClass: "is-held",
      onChoose: (event) => (follower = event.item.nextElementSibling),
      onStart: (event) => mark(element, targetsOf(event.item), event.from.dataset.status),
      onEnd: (event) => {
        unmark(element);
        dropped(event, follower);
      },
    });
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "move" || !event.submitter) return;
  event.preventDefault();
  move(event.submitter, () => {});
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" ? event.target.closest?.(".board-move[open]") : null;
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("htmx:after:swap", start);
start();
