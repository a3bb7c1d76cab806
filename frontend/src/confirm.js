// Asks before what cannot be undone, in the page's own dialog; sends no form twice.
import { once, text } from "./once.js";

export function ask(question, label, isDangerous) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", question);
  const message = document.createElement("p");
  message.textContent = question;
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "btn-list justify-content-end";
  const no = Object.assign(document.createElement("button"), { className: "btn", value: "no", textContent: text("cancel") });
  const yes = Object.assign(document.createElement("button"), {
    className: isDangerous ? "btn btn-danger" : "btn btn-primary", value: "yes", textContent: label,
  });
  form.append(no, yes);
  dialog.append(message, form);
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

export function start(root) {
  for (const form of once(root, "form[method=post]", "Confirm")) {
    form.addEventListener("submit", async (event) => {
      if (event.defaultPrevented) return;
      const button = event.submitter;
      const question = button?.dataset.confirm ?? form.dataset.confirm;
      if (question && !form.dataset.sure) {
        event.preventDefault();
        const label = button?.textContent.trim() || text("ok");
        if (await ask(question, label, button?.matches(".btn-danger, .btn-outline-danger, .text-danger"))) {
          form.dataset.sure = "1";
          form.requestSubmit(button);
        }
        return;
      }
      if (form.dataset.sent) event.preventDefault();
      else if (!form.hasAttribute("hx-post") && !form.dataset.stays) form.dataset.sent = "1";
    });
  }
}

// A page that Back brings from the browser's own memory may send its forms again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
