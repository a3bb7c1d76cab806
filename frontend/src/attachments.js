// Attaching files by choosing or dropping them, with progress; showing pictures and PDFs in a dialog; and
// the small forms of a record's part, whose answer replaces that part.
import { once } from "./once.js";

// Puts an answer into the place of a part and lets every module see it.
function replace(part, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.firstElementChild;
  part.replaceWith(fresh);
  window.htmx?.process(fresh);
  document.dispatchEvent(new CustomEvent("htmx:after:swap", { detail: { ctx: { target: fresh } } }));
  return fresh;
}

function tell(form, words) {
  const told = form.parentElement.querySelector(".flash") ?? document.createElement("p");
  told.className = "flash flash-danger";
  told.setAttribute("role", "alert");
  told.textContent = words;
  form.before(told);
}

// fetch cannot tell how much was sent, so this is the older way.
function send(form, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Request-Type", "partial");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress((100 * event.loaded) / event.total);
    });
    request.addEventListener("load", () => (request.responseText.includes("data-tab-count") ? resolve(request.responseText) : reject()));
    request.addEventListener("error", reject);
    request.send(body);
  });
}

async function attach(form, files) {
  if ([...files].some((file) => file.size > Number(form.dataset.most))) return tell(form, form.dataset.tooLarge);
  const body = new FormData(form);
  body.delete("file");
  for (const file of files) body.append("file", file);
  const bar = form.querySelector("progress");
  const button = form.querySelector("button");
  bar.hidden = false;
  button.disabled = true;
  try {
    const part = form.closest("[data-tab-count]");
    const fresh = replace(part, await send(form, body, (percent) => (bar.value = percent)));
    fresh.querySelector("input[type=file]")?.focus();
  } catch {
    bar.hidden = true;
    button.disabled = false;
    tell(form, form.dataset.failed);
  }
  return undefined;
}

function startFileForm(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attach(form, form.querySelector("input[type=file]").files);
  });
  for (const name of ["dragover", "dragenter"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  form.addEventListener("dragleave", () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    if (event.dataTransfer.files.length) attach(form, event.dataTransfer.files);
  });
}

// A form of a part (comment, take back, remove): the answer takes the part's place; what must be confirmed
// was asked before.
function startPartForm(form) {
  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    try {
      const fresh = replace(form.closest("[data-tab-count]"), await send(form, new FormData(form), () => {}));
      fresh.querySelector("textarea, input[type=file], a")?.focus();
    } catch {
      form.submit(); // the page that the server answers tells why
    }
  });
}

function show(link) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog preview" });
  dialog.setAttribute("aria-label", link.dataset.name);
  const head = document.createElement("header");
  const close = Object.assign(document.createElement("button"), { className: "btn", type: "button", textContent: link.dataset.close });
  head.append(Object.assign(document.createElement("h2"), { textContent: link.dataset.name }), close);
  const isPicture = link.dataset.preview === "picture";
  const content = document.createElement(isPicture ? "img" : "iframe");
  content.src = link.href;
  if (isPicture) content.alt = link.dataset.name;
  else content.title = link.dataset.name;
  dialog.append(head, content);
  document.body.append(dialog);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  dialog.showModal();
}

export function start(root) {
  for (const form of once(root, "form[data-file-form]", "Files")) startFileForm(form);
  for (const form of once(root, "form[data-part-form]", "Part")) startPartForm(form);
  for (const link of once(root, "a[data-preview]", "Preview")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(link);
    });
  }
}
