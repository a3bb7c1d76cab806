"""The global search: records, pages and actions that the actor may reach, by a part of their text (R106).

Records come from the quick search of every model that has one and whose list the actor may open; the
number of statements is bounded by the number of these models, whatever the tables hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import url_for
from sqlalchemy import CompoundSelect, Select, String, bindparam, literal, null, select, union_all

from app.core.actor import Actor
from app.core.db import db
from app.core.i18n import gettext as _
from app.search.columns import search_columns
from app.search.folding import fold
from app.search.quick import WINDOW, Search
from app.security.access import rights_of_actor
from models.approvable import Approvable, ApprovalStatus
from views.base import Screen
from views.fields import title_column
from views.interface import interface_of
from views.navigation import menu_entries
from views.registry import SCREENS

PER_TYPE = 5
MOST_RECORDS = 30
MOST_LINKS = 8
MOST_PREPARED = 500
"""People whose statements are kept per process."""
NUMBERS = ("code", "sku")
"""Columns that hold the number by which people quote a record; such a column is the first searched one."""


@dataclass(frozen=True)
class Hit:
    """Something to go to.

    Attributes:
        note: what kind of thing it is.
        number: the number that people quote, if it has one.
        status: state of a record that can be approved, in words, with the colour of its badge.
    """

    title: str
    url: str
    note: str
    number: str = ""
    status: tuple[str, str] | None = None


@dataclass(frozen=True)
class RecordHits:
    """The matches of one record type, best first.

    Attributes:
        more: address of the list of all matches.
    """

    title: str
    more: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Prepared:
    """What is asked for one person, built once: it takes longer to build than to run.

    Attributes:
        keys: per screen, a select of the keys of the rows that exist for the actor.
        exact: a select of screen and key of the rows whose number is the parameter `number`.
    """

    keys: dict[type[Screen], Select[Any]]
    exact: CompoundSelect[Any] | None


_prepared: dict[tuple[Any, ...], Prepared] = {}
"""By person and version of the rights; rights that change are another key."""


def find_records(actor: Actor, text: str) -> list[RecordHits]:
    """Return up to five records per type that contain the text, the type with the best match first.

    A record whose number is the text stands before all others. Everything is within the actor's row
    scope, and only of types whose list and whose records he may open.
    """
    if not text:
        return []
    prepared = _prepare(actor)
    exact = _exact_keys(prepared, text)
    keys: dict[type[Screen], list[int]] = {}
    for screen, statement in prepared.keys.items():
        first = exact.get(screen.__name__, [])
        found = [*first, *(key for key in _matching_keys(screen, statement, text) if key not in first)]
        if found:
            keys[screen] = found[:PER_TYPE]
    return _described(keys, text)


def _prepare(actor: Actor) -> Prepared:
    """Return the statements of this actor's rights and place."""
    rights = rights_of_actor(db.session(), actor)
    key = (
        str(db.session().get_bind().engine.url), rights.version, rights.permissions, actor.user_id, actor.employee_id,
        actor.department_id, actor.partner_id, actor.seen_role_id,
    )  # fmt: skip
    found = _prepared.get(key)
    if found is None:
        if len(_prepared) >= MOST_PREPARED:
            _prepared.clear()
        found = _prepared[key] = _build(actor)
    return found


def _build(actor: Actor) -> Prepared:
    keys: dict[type[Screen], Select[Any]] = {}
    exact: list[Select[Any]] = []
    for screen in _searchable(actor.permissions):
        model = screen.datamodel.obj
        visible = interface_of(model).visible(actor)
        keys[screen] = select(model.id).where(visible)
        number = _number_of(model)
        if number is not None:
            asked = number == bindparam("number", type_=String)
            exact.append(select(literal(screen.__name__), model.id).where(asked, visible))
    return Prepared(keys, union_all(*exact) if exact else None)


@lru_cache(maxsize=256)
def _searchable(permissions: frozenset[tuple[str, str]]) -> tuple[type[Screen], ...]:
    """Return the screens with a quick search that these rights open, in the order of the menu."""
    return tuple(
        entry.screen
        for entry in SCREENS
        if search_columns(entry.screen.datamodel.obj)
        and {("can_list", entry.screen.__name__), ("can_show", entry.screen.__name__)} <= permissions
    )


def _number_of(model: type[Any]) -> Any | None:
    name = search_columns(model)[0]
    return getattr(model, name) if name in NUMBERS else None


def _exact_keys(prepared: Prepared, text: str) -> dict[str, list[int]]:
    """Return screen → records whose number is the text, in one statement; none when it can be no number."""
    number = text.upper()
    if prepared.exact is None or not number.isascii() or not any(one.isdigit() for one in number):
        return {}
    found: dict[str, list[int]] = {}
    for name, key in db.session.execute(prepared.exact, {"number": number}):
        found.setdefault(name, []).append(key)
    return found


def _matching_keys(screen: type[Screen], statement: Select[Any], text: str) -> list[int]:
    """Return the keys of the newest matches of one type."""
    model = screen.datamodel.obj
    session = db.session()
    search = Search(model, text, session.get_bind().dialect.name)
    return search.keys(
        session, statement, size=PER_TYPE, order=(model.id.desc(),), is_by_key=True, count=WINDOW + 1
    )


def _described(keys: dict[type[Screen], list[int]], text: str) -> list[RecordHits]:
    """Return the found records with their titles, read in one statement; the rows were checked already."""
    if not keys:
        return []
    screens = {screen.__name__: screen for screen in keys}
    parts: list[Select[Any]] = []
    for name, screen in screens.items():
        model = screen.datamodel.obj
        number = _number_of(model)
        status = model.status if issubclass(model, Approvable) else null()
        shown = (literal(name), model.id, null() if number is None else number, title_column(model), status)
        parts.append(select(*shown).where(model.id.in_(keys[screen])))
    rows = {(name, key): tuple(rest) for name, key, *rest in db.session.execute(union_all(*parts))}
    ranked: list[tuple[int, RecordHits]] = []
    for name, screen in screens.items():
        hits = [_record_hit(screen, key, *rows[name, key]) for key in keys[screen] if (name, key) in rows]
        hits.sort(key=lambda hit: _rank(hit, text))
        if hits:
            more = url_for(f"{name}.list", q=text)
            ranked.append((_rank(hits[0], text), RecordHits(str(screen.title), more, tuple(hits))))
    ranked.sort(key=lambda pair: pair[0])
    return [group for _best, group in ranked]


def _record_hit(screen: type[Screen], key: int, number: Any, title: Any, status: Any) -> Hit:
    state = ApprovalStatus(status) if status else None
    return Hit(
        title=str(title or number or key),
        url=url_for(f"{screen.__name__}.show", pk=key),
        note=str(screen.title_one),
        number=str(number or "") if number != title else "",
        status=(str(state.label), state.colour) if state else None,
    )


def _rank(hit: Hit, text: str) -> int:
    """Return how good a match is, the best first: the number itself, the title, its beginning, a part."""
    asked, title = fold(text), fold(hit.title)
    if asked in {fold(hit.number), title}:
        return 0
    return 1 if title.startswith(asked) else 2


def find_pages(actor: Actor, text: str) -> list[Hit]:
    """Return the pages of the menu that the actor may open and whose name or area holds the text."""
    home = Hit(_("Home"), url_for("HomeView.index"), "")
    own = [
        Hit(str(_(title)), url_for(endpoint), "")
        for right, view, endpoint, title in _OWN_PAGES
        if actor.may(right, view)
    ]
    listed = [
        Hit(str(title), url, str(area.label))
        for area, links in menu_entries(actor.permissions)
        for url, title in links
    ]
    return _holding((home, *own, *listed), text)


_OWN_PAGES = (
    ("can_inbox", "ApprovalView", "ApprovalView.inbox", "To approve"),
    ("can_inbox", "ApprovalView", "ApprovalView.submitted", "Submitted by me"),
    ("can_view", "NoticeView", "NoticeView.view", "Notices"),
    ("can_view", "MyJobView", "MyJobView.list", "My tasks"),
    ("can_view", "ProfileView", "ProfileView.view", "My account"),
)
"""Right, view, page and its name (a text that the top bar and the pages themselves have translated)."""


def find_actions(actor: Actor, text: str) -> list[Hit]:
    """Return the forms for a new record that the actor may open; lines are added from their record's page."""
    hits = [
        Hit(_("Add: %(what)s", what=entry.screen.title_one), url_for(f"{entry.screen.__name__}.add"), "")
        for entry in SCREENS
        if entry.area is not None
        and entry.screen.can_be_added
        and actor.may("can_add", entry.screen.__name__)
    ]
    return _holding(hits, text)


def _holding(hits: Iterable[Hit], text: str) -> list[Hit]:
    """Return the hits whose words hold every word of the text, those that begin with it first."""
    words = fold(text).split()
    found = [hit for hit in hits if all(word in fold(f"{hit.title} {hit.note}") for word in words)]
    return sorted(found, key=lambda hit: not fold(hit.title).startswith(fold(text)))[:MOST_LINKS]
