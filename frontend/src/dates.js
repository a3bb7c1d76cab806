// Days and instants are chosen in the language of the page; a phone keeps its own picker.
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/l10n/zh.js";
import { MandarinTraditional } from "flatpickr/dist/l10n/zh-tw.js";
import { once, text } from "./once.js";

const LOCALES = { "zh-CN": Mandarin, "zh-TW": MandarinTraditional };
const isTouch = window.matchMedia("(pointer: coarse)").matches;

function locale() {
  return {
    ...(LOCALES[document.documentElement.lang] ?? {}),
    firstDayOfWeek: 1,
    monthAriaLabel: text("month"),
    yearAriaLabel: text("year"),
    hourAriaLabel: text("hour"),
    minuteAriaLabel: text("minute"),
  };
}

// Whatever stands between the numbers: 2026-01-31, 2026/1/31, 2026年1月31日, with or without a time behind.
function parse(typed) {
  const found = typed.trim().match(/^(\d{4})\D+(\d{1,2})\D+(\d{1,2})(?:\D+(\d{1,2}):(\d{2}))?\D*$/);
  if (!found) return undefined;
  const [year, month, day, hour, minute] = found.slice(1).map((part) => Number(part ?? 0));
  const date = new Date(year, month - 1, day, hour, minute);
  return date.getMonth() === month - 1 && date.getDate() === day ? date : undefined;
}

function makeDate(input) {
  const hasTime = input.type === "datetime-local";
  const value = input.value.replace("T", " ");
  input.type = "text"; // the browser's own picker speaks the browser's language, not the page's
  input.value = value;
  input.classList.add("date-input");
  input.autocomplete = "off";
  input.placeholder ||= hasTime ? text("timeForm") : text("dayForm");
  const picker = flatpickr(input, {
    allowInput: true,
    parseDate: parse,
    clickOpens: false, // tabbing through a form opens nothing; a click or the down key does
    dateFormat: hasTime ? "Y-m-d H:i" : "Y-m-d",
    disableMobile: true,
    enableTime: hasTime,
    time_24hr: true,
    locale: locale(),
    onDayCreate: (_dates, _text, _picker, day) => day.setAttribute("role", "button"),
    onChange: () => input.dispatchEvent(new CustomEvent("typed", { bubbles: true })),
  });
  picker.calendarContainer.setAttribute("role", "dialog");
  picker.calendarContainer.setAttribute("aria-label", text("calendar"));
  input.addEventListener("click", () => open(input, picker));
  input.addEventListener("keydown", (event) => openByKey(event, input, picker), true);
  input.addEventListener("blur", (event) => {
    // The library would wipe out what it cannot read; the server tells what is wrong with it.
    if (input.value.trim() && !parse(input.value)) event.stopImmediatePropagation();
  }, true);
}

function open(input, picker) {
  if (parse(input.value)) picker.setDate(input.value, false);
  picker.open();
}

function openByKey(event, input, picker) {
  if (event.key === "ArrowDown" && !picker.isOpen) {
    event.preventDefault();
    event.stopPropagation();
    open(input, picker);
    const chosen = picker.daysContainer?.querySelector(".selected, .today") ?? picker.daysContainer?.querySelector(".flatpickr-day");
    chosen?.focus();
  }
}

export function start(root) {
  if (isTouch) return;
  for (const input of once(root, "main input[type=date], main input[type=datetime-local][data-kind=instant]", "Date")) {
    makeDate(input);
  }
}
