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

function makeDate(input) {
  const hasTime = input.type === "datetime-local";
  const value = input.value.replace("T", " ");
  input.type = "text"; // the browser's own picker speaks the browser's language, not the page's
  input.value = value;
  input.classList.add("date-input");
  input.autocomplete = "off";
  input.placeholder ||= hasTime ? "2026-01-31 09:00" : "2026-01-31";
  const picker = flatpickr(input, {
    allowInput: true,
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
  picker.calendarContainer.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() || input.name);
  input.addEventListener("click", () => picker.open());
  input.addEventListener("keydown", (event) => openByKey(event, picker), true);
}

function openByKey(event, picker) {
  if (event.key === "ArrowDown" && !picker.isOpen) {
    event.preventDefault();
    event.stopPropagation();
    picker.open();
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
