// A list as a calendar: asks the portal for the events of the shown weeks, under the list's own filters.
import { Calendar } from "fullcalendar";
import dayGrid from "fullcalendar/daygrid";
import list from "fullcalendar/list";
import simplified from "fullcalendar/locales/zh-cn";
import traditional from "fullcalendar/locales/zh-tw";
import classic from "fullcalendar/themes/classic";

const LOCALES = { zh: simplified, zh_Hant_TW: traditional };
let shown = null;

function locale() {
  const code = document.getElementById("texts")?.dataset.locale ?? "en";
  return LOCALES[code] ?? { code: "en-gb", week: { dow: 1, doy: 4 } };
}

function reveal(id, isShown) {
  const message = document.getElementById(id);
  if (message) message.hidden = !isShown;
}

async function events(info, done, failed) {
  const url = new URL(document.getElementById("calendar").dataset.events, window.location.href);
  url.searchParams.set("start", info.startStr.slice(0, 10));
  url.searchParams.set("end", info.endStr.slice(0, 10));
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    reveal("calendar-more", found.has_more);
    reveal("calendar-failed", false);
    done(found.events.map(({ colour, ...event }) => ({ ...event, className: `event-${colour}` })));
  } catch (problem) {
    reveal("calendar-failed", true);
    failed(problem);
  }
}

function start() {
  const element = document.getElementById("calendar");
  if (!element || element.dataset.started) return;
  shown?.destroy();
  element.dataset.started = "1";
  const narrow = window.matchMedia("(max-width: 767.98px)").matches;
  shown = new Calendar(element, {
    plugins: [dayGrid, list, classic],
    locale: locale(),
    timeZone: "UTC",
    initialView: narrow ? "listMonth" : "dayGridMonth",
    headerToolbar: { start: "prev,next today", center: "title", end: narrow ? "" : "dayGridMonth,dayGridWeek,listMonth" },
    height: "auto",
    dayMaxEvents: 4,
    displayEventTime: false,
    // A label that leaves out what stands in the cell would hide the events from speech input (WCAG 2.5.3).
    dayCellDidMount: ({ el }) => el.removeAttribute("aria-label"),
    events,
  });
  shown.render();
}

document.addEventListener("htmx:after:swap", start);
start();
