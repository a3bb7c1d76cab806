// The bell: its count follows what the opened list tells.
import { once } from "./once.js";

export function start(root) {
  const bell = document.getElementById("bell");
  for (const part of bell ? once(root, "[data-unread]", "Unread") : []) {
    const count = Number(part.dataset.unread);
    bell.querySelector(".count")?.remove();
    if (!count) continue;
    const mark = Object.assign(document.createElement("span"), { className: "count", textContent: String(count) });
    bell.append(" ", mark);
  }
}
