// Native dialogs of the frame: opened modally, closed by their button, by Esc or by a click beside them.
// Focus returns to where it was.
import { once } from "./once.js";

export function open(dialog) {
  if (!dialog || dialog.open) return;
  const before = document.activeElement;
  dialog.showModal();
  dialog.addEventListener(
    "close",
    () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    },
    { once: true },
  );
}

export function start(root) {
  for (const button of once(root, "[data-close-dialog]", "CloseDialog")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  for (const dialog of once(root, "dialog#palette, dialog#keys-sheet", "Backdrop")) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
}
