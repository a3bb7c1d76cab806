"""One visit to one page: everything that may be wrong with its face, as a list of sentences."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.browser.conftest import PASSWORD, PATIENCE_MS, Served
from tests.browser.places import NOBODY, Place
from tests.browser.wording import Wording

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
OF_LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")
"""The rules that another theme or width can break; the others read what stays."""
DESKTOP, PHONE = 1280, 390
OF_PROGRAMS = ("/api-reference/", "/audit/")
"""Pages whose words are for programs, or stand in the trail as they were written once."""
HEIGHT = 900
VIEWS = ((DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "dark"), (PHONE, "light"))
IN_EVERY_RUN = frozenset({(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light")})
"""A dark phone has no rule of its own: its colours are the dark desk's, its measures the light phone's."""

_REPORT_CSP = """
window.__refused = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.__refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber} ${event.sample}`);
});
"""
_STAND_STILL = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
}"""
_AXE_RUN = """async ([tags, rules]) => {
  const runOnly = rules.length ? {type: 'rule', values: rules} : {type: 'tag', values: tags};
  const part = rules.length ? document.querySelector('main') ?? document : document;
  const found = await axe.run(part, {runOnly, resultTypes: ['violations'], preload: false});
  return found.violations.flatMap((one) => one.nodes.slice(0, 3).map(
    (node) => `${one.id} ${node.target.join(' ')} ${node.any.concat(node.all, node.none).map((check) => check.message).join('; ').slice(0, 160)}`));
}"""
_TEXTS = """() => {
  const found = new Set();
  const skipped = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'CODE', 'TEXTAREA']);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!skipped.has(node.parentElement.tagName) && !node.parentElement.closest('code, [lang]:not(html)')) found.add(node.data);
      continue;
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-label', 'data-confirm', 'aria-description', 'label'])
      if (node.hasAttribute(name)) found.add(node.getAttribute(name));
    if (node.tagName === 'TEMPLATE')
      for (const [name, value] of Object.entries(node.dataset)) if (!['lang', 'locale'].includes(name)) found.add(value.replace(/\\{\\w+\\}/g, ''));
  }
  found.add(document.title);
  return [...found].map((text) => text.replace(/\\s+/g, ' ').trim()).filter(Boolean);
}"""
_TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= window.innerWidth) return '';
  const wide = [...document.querySelectorAll('body *')].filter((one) => {
    const box = one.getBoundingClientRect();
    if (box.width === 0 || box.right <= window.innerWidth + 1) return false;
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== 'visible') return false;
    return true;
  });
  const names = wide.slice(-3).map((one) => one.tagName.toLowerCase() + (one.id && '#' + one.id) + '.' + [...one.classList].join('.'));
  return `${root.scrollWidth} px wide in ${window.innerWidth}: ${names.join(', ')}`;
}"""


@dataclass
class Profiles:
    """A browser profile per person, logged in when first asked for; what its page says aloud is heard."""

    served: Served
    browser: Browser
    heard: list[str] = field(default_factory=list)
    _pages: dict[str, Page] = field(default_factory=dict)

    def page_of(self, person: str) -> Page:
        """Return the page of a person."""
        if person not in self._pages:
            context = new_context(self.browser, base_url=self.served.address)
            context.add_init_script(_REPORT_CSP)
            page = context.new_page()
            if person != NOBODY:
                log_in(page, self.served, person)
            page.on("console", self._on_console)
            page.on("pageerror", lambda error: self.heard.append(f"script error: {error}"))
            page.on("request", self._on_request)
            self._pages[person] = page
        return self._pages[person]

    def context_of(self, person: str) -> BrowserContext:
        """Return the profile of a person."""
        return self.page_of(person).context

    def close(self) -> None:
        """Close all profiles."""
        for page in self._pages.values():
            page.context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(f"console: {message.text[:300]}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.served.address, "data:", "blob:")):
            self.heard.append(f"asks another host: {request.url[:200]}")


@dataclass
class Walker:
    """Visits pages in one language.

    Attributes:
        is_whole: run every rule of axe in every theme and width instead of those that these can break.
        has_axe: whether axe runs in this language at all.
    """

    profiles: Profiles
    wording: Wording
    locale: str
    is_whole: bool = False
    has_axe: bool = True
    faults: list[str] = field(default_factory=list)

    def visit(self, place: Place) -> None:
        """Open a page and note everything that is wrong with it."""
        page = self.profiles.page_of(place.person)
        self.profiles.heard.clear()
        answer = page.goto(place.path)
        heard = []
        if answer is None or answer.status != place.status:
            heard.append(f"answers {answer and answer.status}, not {place.status}")
        self._note(place, [*heard, *self.look(page, place.status)])

    def look(self, page: Page, status: int = 200) -> Iterator[str]:
        """Yield what is wrong with the page that stands open, in both themes and widths."""
        _settle(page)
        yield from self._texts(page)
        yield from self._looks(page)
        for refused in page.evaluate("window.__refused.splice(0)"):
            yield f"refused by the content policy: {refused}"
        for message in self.profiles.heard:
            if status < 400 or f"status of {status}" not in message:
                yield message
        self.profiles.heard.clear()

    def _texts(self, page: Page) -> Iterator[str]:
        if page.url.removeprefix(self.profiles.served.address).startswith(OF_PROGRAMS):
            return
        for text in page.evaluate(_TEXTS):
            fault = self.wording.fault(text, self.locale)
            if fault is not None:
                yield f"text {text[:120]!r}: {fault}"

    def _looks(self, page: Page) -> Iterator[str]:
        """Yield what axe and the ruler find; a theme or width seen before is read by the rules that it can break."""
        if self.has_axe:
            page.evaluate(AXE)
        for width, theme in VIEWS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
            is_first = (width, theme) == VIEWS[0]
            if too_wide := page.evaluate(_TOO_WIDE):
                yield f"overflows: {too_wide}"
            if self.has_axe and (self.is_whole or (width, theme) in IN_EVERY_RUN):
                rules = () if is_first or self.is_whole else OF_LOOKS
                for found in page.evaluate(_AXE_RUN, [WCAG, rules]):
                    yield f"axe ({theme}, {width}): {found}"
        page.set_viewport_size({"width": DESKTOP, "height": HEIGHT})

    def _note(self, place: Place, found: list[str]) -> None:
        self.faults += [
            f"{place.name} {place.path} ({place.person}, {self.locale}): {one}"
            for one in dict.fromkeys(found)
        ]


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """Return a browser profile without movements, which would blur what is measured."""
    context = browser.new_context(
        viewport={"width": DESKTOP, "height": HEIGHT},
        reduced_motion="reduce",
        color_scheme="light",
        **options,
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


def log_in(page: Page, served: Served, person: str) -> None:
    """Fill in the log-in form and wait for the home page."""
    page.goto(f"{served.address}/login/")
    page.fill("input[name=username]", person)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.btn-primary")
    page.wait_for_url(f"{served.address}/")


def prepare(profiles: Profiles) -> None:
    """Make what the demo company has none of: a group, a task of one's own, an import that waits."""
    admin = profiles.context_of("admin")
    _send(admin, "/groups/add", "/groups/add", {"name": "区域负责人", "label": "区域负责人"})
    _send(admin, "/audit/list/", "/audit/verify", {})
    file = {
        "name": "customers.csv",
        "mimeType": "text/csv",
        "buffer": "姓名,手机\n张三,13800000000\n".encode(),
    }
    _send(profiles.context_of("mkt-director"), "/imports/list/", "/imports/upload", {"file": file})


def _send(context: BrowserContext, page: str, path: str, values: dict[str, Any]) -> None:
    """Send a form with the hidden values of the page that it stands on."""
    text = context.request.get(page).text()
    hidden = dict(re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)"', text))
    kept = {name: hidden[name] for name in ("csrf_token", "request_key", "seen") if name in hidden}
    kept.update(re.findall(r'<select[^>]* name="(kind|source_id)"><option value="([^"]*)"', text))
    answer = context.request.post(path, multipart={**kept, **values}, max_redirects=0)
    assert answer.status == 302, f"{path}: {answer.status} {answer.text()[:2000]}"


def speak(database: Path, profiles: Profiles, locale: str) -> None:
    """Let everybody's account have this language, and nobody's cookie; each sets his own in a test elsewhere."""
    with sqlite3.connect(database, timeout=30) as connection:
        connection.execute("UPDATE ab_user SET language = ?", (locale,))
    _send(profiles.context_of(NOBODY), "/login/", "/language", {"language": locale})


def _settle(page: Page) -> None:
    """Wait until scripts have drawn what they draw and asked what they ask."""
    page.evaluate(_STAND_STILL)
    is_drawn_late = page.locator("script[src*=charts], script[src*=calendar], [hx-trigger*=load]").count() > 0
    page.wait_for_load_state("networkidle" if is_drawn_late else "load")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def in_short(faults: list[str]) -> str:
    """Return the faults grouped: each once, with how often and where it was first met."""
    groups: dict[str, list[str]] = {}
    for fault in faults:
        place, _, what = fault.partition("): ")
        groups.setdefault(re.sub(r"\d+", "#", what), []).append(f"{place}): {what}")
    lines = sorted(groups.values(), key=len, reverse=True)
    return "\n".join(f"{len(group):4} × {group[0]}" for group in lines)
