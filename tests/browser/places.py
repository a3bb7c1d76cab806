"""Where the walk goes: every page of the portal's own address map, each with a person who may open it.

Nothing is listed by hand: an address without a placeholder is asked for as it stands, one with a placeholder is
taken from a link that some page shows. So a new screen or page is walked by itself, and one that nobody can
reach is a finding.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from playwright.sync_api import APIResponse, BrowserContext
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

from views.registry import SCREENS

PERSONS = ("mkt-director", "admin", "sales-director", "hr-officer", "editor-1", "inspector")
"""Who opens pages, in this order of preference: the first sees the most buttons."""
NOBODY = "nobody"
PREFERRED = {"MyJobView.list": "admin"}
"""Endpoint → who has something to show there."""
VARIANTS = ("layout", "tab", "bin")
"""Arguments by which one address shows pages of different make: a board, a tab, the bin."""
NO_PAGES = frozenset(
    {
        "lookup",
        "events",
        "people",
        "file",
        "preview",
        "export",
        "RecordLinkView.go",
        "ExportFileView.fetch",
        "ImportView.refused",
    }
)
"""Methods, or endpoints, that answer a script of the page, give out a file or lead elsewhere."""
_OF_ITS_OWN = frozenset({"list", "add", "edit", "show"})
"""Pages that each screen declares for itself; its other pages come from one template and one piece of code."""
_SCREENS = frozenset(entry.screen.__name__ for entry in SCREENS)
_SAMPLES = 2
_TRIES = 5
"""How many records of a kind are looked at before the richest is taken."""
_HREF = re.compile(r'<a\b[^>]*?\shref="([^"#]+)')


@dataclass(frozen=True, order=True)
class Place:
    """One page.

    Attributes:
        name: endpoint, with the layout of a list behind it.
        path: address with its arguments.
        person: user name of whoever opens it; `NOBODY` is not logged in.
        status: what the portal answers.
    """

    name: str
    path: str
    person: str
    status: int = 200


@dataclass
class Search:
    """A walk by plain requests that finds a page for each address of the map.

    Attributes:
        context_of: gives the browser profile of a person.
        is_whole: find every page, also of what all screens share.
        places: endpoint (or list and layout) → the page chosen.
        unreachable: endpoints that answer with a page to nobody.
    """

    app: Flask
    context_of: Callable[[str], BrowserContext]
    is_whole: bool = False
    places: dict[str, Place] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    _links: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    _no_pages: set[str] = field(default_factory=set)

    def run(self) -> list[Place]:
        """Return all places, in the order of their names."""
        rules = sorted(page_rules(self.app), key=lambda rule: rule.endpoint)
        for rule in rules:
            if not rule.arguments and self._is_wanted(rule.endpoint):
                self._open_first(rule.endpoint, rule.rule)
        waiting = [rule.endpoint for rule in rules if rule.arguments]
        is_moving = True
        while is_moving:  # a page that was reached may link to the next
            left = [one for one in waiting if self._is_wanted(one) and not self._open_linked(one)]
            is_moving, waiting = len(left) < len(waiting), left
        self.unreachable |= {one for one in waiting if one not in self._no_pages}
        self._replace_by_linked()
        return sorted(self.places.values())

    def _is_wanted(self, endpoint: str) -> bool:
        """Whether a page is looked for: of what all screens share, two are enough unless the whole is asked for."""
        screen, _, verb = endpoint.partition(".")
        if endpoint in self._no_pages:
            return False
        if self.is_whole or screen not in _SCREENS or verb in _OF_ITS_OWN:
            return True
        return sum(1 for name in self.places if name.endswith(f".{verb}")) < _SAMPLES

    def chosen(self) -> list[Place]:
        """Return the places to visit; of the variants of lists two of each kind, unless the whole is asked for."""
        kept, seen = [], Counter[str]()
        for place in sorted(self.places.values()):
            variant = place.name.partition(" ")[2]
            seen[variant] += 1
            if self.is_whole or not variant or seen[variant] <= _SAMPLES:
                kept.append(place)
        return kept

    def _open_first(self, endpoint: str, path: str) -> None:
        """Take the page of the first person who gets it; an address that answers with something else is none."""
        for person in [PREFERRED[endpoint]] if endpoint in PREFERRED else PERSONS:
            answer = self._ask(person, path)
            if answer.status == 200 and _is_page(answer):
                self._take(endpoint, path, person, answer.text())
                return
            if answer.ok or 300 <= answer.status < 400:
                self._no_pages.add(endpoint)
                return
        self.unreachable.add(endpoint)

    def _open_linked(self, endpoint: str) -> bool:
        """Take the richest of some pages that links lead to."""
        self._ask_for_drafts(endpoint)
        best: tuple[int, str, str, str] | None = None
        for person, paths in self._links.get(endpoint, {}).items():
            for path in sorted(paths, key=len, reverse=True)[:_TRIES]:
                answer = self._ask(person, path)
                if answer.status == 200 and _is_page(answer):
                    text = answer.text()
                    best = max(best or (0, "", "", ""), (len(text), path, person, text))
                elif answer.ok or 300 <= answer.status < 400:
                    self._no_pages.add(endpoint)
                    return False
            if best is not None:
                self._take(endpoint, best[1], best[2], best[3])
                return True
        return False

    def _ask_for_drafts(self, endpoint: str) -> None:
        """Note the form of every record that can still be changed: a list shows the decided ones first."""
        screen, _, verb = endpoint.partition(".")
        if verb != "edit" or f"{screen}.list" not in self.places or endpoint in self._links:
            return
        listed = self.places[f"{screen}.list"].path
        for person in PERSONS:
            for narrowed in (f"{listed}?f.status.in=draft", listed):
                answer = self._ask(person, narrowed)
                for found in _HREF.findall(answer.text()) if answer.status == 200 else ():
                    if endpoint_of(self.app, urlsplit(found).path) == f"{screen}.show":
                        self._note(unescape(found).replace("/show/", "/edit/"), person, endpoint)
                        if len(self._links[endpoint][person]) >= _TRIES:
                            break

    def _replace_by_linked(self) -> None:
        """Prefer the address that a page links to where it says more: a line's form knows its parent then."""
        for endpoint, place in list(self.places.items()):
            linked = self._links.get(endpoint, {}).get(place.person, set())
            longer = [path for path in sorted(linked) if "?" in path and "?" not in place.path]
            if endpoint.endswith(".add") and longer and self._ask(place.person, longer[0]).status == 200:
                self.places[endpoint] = Place(endpoint, longer[0], place.person)

    def _ask(self, person: str, path: str) -> APIResponse:
        return self.context_of(person).request.get(path, max_redirects=0)

    def _take(self, endpoint: str, path: str, person: str, text: str) -> None:
        self.places[endpoint] = Place(endpoint, path, person)
        for found in _HREF.findall(text):
            self._note(unescape(found), person, endpoint)

    def _note(self, link: str, person: str, origin: str) -> None:
        """Remember where a link leads; a variant of the same page is a place of its own."""
        parts = urlsplit(link)
        if parts.netloc or not parts.path.startswith("/"):
            return
        endpoint = endpoint_of(self.app, parts.path)
        if endpoint is None:
            return
        if endpoint == origin:
            for name, value in parse_qsl(parts.query):
                if name in VARIANTS:
                    variant = f"{endpoint} {name}={value}"
                    self.places.setdefault(variant, Place(variant, link, person))
        self._links.setdefault(endpoint, {}).setdefault(person, set()).add(link)


def page_rules(app: Flask) -> Iterator[Rule]:
    """Every address that a browser may ask for, save the programs' doors and the files."""
    for rule in app.url_map.iter_rules():
        is_other = bool({rule.endpoint, rule.endpoint.rpartition(".")[2]} & NO_PAGES)
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/static/")) and not is_other:
            yield rule


def endpoint_of(app: Flask, path: str) -> str | None:
    """Return what answers at a path, or None."""
    try:
        endpoint, _arguments = app.url_map.bind("localhost").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return str(endpoint)


def _is_page(answer: APIResponse) -> bool:
    is_html = answer.headers.get("content-type", "").startswith("text/html")
    return is_html and answer.body()[:200].lstrip().lower().startswith(b"<!doctype html>")
