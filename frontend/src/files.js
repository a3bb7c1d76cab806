// Before it is sent, a chosen file shows its name, its size and, for an image, what is on it.
import { once } from "./once.js";

const EDGE = 96; // pixels of a thumbnail's longer side
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

function sizeOf(bytes) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)));
  const format = { style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(bytes / 1000 ** step);
}

async function thumbnail(file) {
  if (!file.type.startsWith("image/")) return null;
  const image = await createImageBitmap(file).catch(() => null);
  if (!image) return null;
  const scale = Math.min(1, EDGE / Math.max(image.width, image.height));
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.max(1, Math.round(image.width * scale)), height: Math.max(1, Math.round(image.height * scale)),
  });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}

async function show(input, list) {
  const files = [...input.files];
  const drawn = await Promise.all(files.map(thumbnail));
  list.replaceChildren(...files.map((file, at) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = `${file.name} · ${sizeOf(file.size)}`;
    item.append(...(drawn[at] ? [drawn[at]] : []), name);
    return item;
  }));
}

export function start(root) {
  for (const input of once(root, "input[type=file]", "File")) {
    const list = document.createElement("ul");
    list.className = "chosen-files";
    list.setAttribute("aria-live", "polite");
    input.after(list);
    input.addEventListener("change", () => show(input, list));
  }
}
