// The portal's behaviour on every page. Each module offers start(root), which is called for the page and
// for whatever a later answer brings into it.
import { Dropdown, Tab } from "bootstrap";
import htmx from "htmx.org";
import * as bulk from "./bulk.js";
import * as confirm from "./confirm.js";
import * as dates from "./dates.js";
import * as dialogs from "./dialogs.js";
import * as drafts from "./drafts.js";
import * as files from "./files.js";
import * as forms from "./forms.js";
import * as keys from "./keys.js";
import * as lines from "./lines.js";
import * as lists from "./lists.js";
import * as notices from "./notices.js";
import * as palette from "./palette.js";
import * as pickers from "./pickers.js";
import * as profile from "./profile.js";
import * as record from "./record.js";
import * as roles from "./roles.js";
import * as shell from "./shell.js";

htmx.config.includeIndicatorCSS = false;
htmx.config.defaultFocusScroll = false;
window.htmx = htmx;
window.bootstrap = { Dropdown, Tab };

const modules = [shell, bulk, confirm, pickers, dates, forms, lines, drafts, files, lists, record, roles, dialogs, palette, keys, notices, profile];

function start(root) {
  for (const module of modules) module.start(root);
}

start(document);
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target;
  start(target instanceof Element && target.isConnected ? target : document);
});
