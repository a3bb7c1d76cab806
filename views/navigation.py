"""What stands around a page: areas, links and counts; drawn once per set of rights and language."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import get_locale
from markupsafe import Markup

from app.core.actor import Actor
from app.core.i18n import gettext as _
from app.notifications.notices import unread_count
from app.security.manager import current_request_actor
from app.services.accounts import KEYS_CHOICE
from app.services.approvals import inbox_count
from views.pages import PAGES
from views.registry import AREAS, SCREENS, Area


@dataclass(frozen=True)
class Link:
    """A link of the top bar with its count.

    Attributes:
        key: `inbox`, `notices` or `tasks`.
    """

    key: str
    url: str
    label: str
    icon: str
    count: int = 0


@dataclass(frozen=True)
class Portal:
    """What the layout needs of this request."""

    actor: Actor
    navigation: Markup | None
    top_links: list[Link]
    has_keys: bool = True
    """Whether single keys are shortcuts; a person may switch them off (WCAG 2.1.4)."""

    def count(self, key: str) -> int:
        """Return the count of one of the top bar's links; 0 for whoever has no such link."""
        return next((link.count for link in self.top_links if link.key == key), 0)


def portal() -> Portal:
    """Return the frame of this request's page; the counts are read once."""
    found: Portal | None = g.get("portal")
    if found is not None:
        return found
    actor = current_request_actor()
    if actor.user_id is None or actor.user_id < 0:
        frame = Portal(actor, None, [])
    else:
        locale = str(get_locale())
        navigation = _here(_navigation(actor.permissions, locale, request.script_root), request.path)
        frame = Portal(actor, navigation, _top_links(actor, locale), has_keys=_has_keys())
    g.portal = frame
    return frame


def _has_keys() -> bool:
    log_in = g.get("log_in")
    return log_in is None or bool(log_in.choices.get(KEYS_CHOICE, True))


def _top_links(actor: Actor, locale: str) -> list[Link]:
    return [
        Link(key, url, text, icon, _waiting(actor, key))
        for key, url, text, icon in _top_links_of(actor.permissions, locale, request.script_root)
    ]


def _waiting(actor: Actor, key: str) -> int:
    """Return the count that stands beside a link of the top bar."""
    if key == "inbox":
        return inbox_count(actor.employee_id) if actor.employee_id else 0
    return unread_count(actor.user_id or 0) if key == "notices" else 0


@lru_cache(maxsize=256)
def _top_links_of(
    permissions: frozenset[tuple[str, str]], _locale: str, _root: str
) -> tuple[tuple[str, str, str, str], ...]:
    """Return (key, address, text, icon) of each link for one set of rights in one language."""
    links = []
    if ("can_inbox", "ApprovalView") in permissions:
        links.append(("inbox", url_for("ApprovalView.inbox"), _("To approve"), "inbox"))
    if ("can_view", "NoticeView") in permissions:
        links.append(("notices", url_for("NoticeView.view"), _("Notices"), "bell"))
    if ("can_view", "MyJobView") in permissions:
        links.append(("tasks", url_for("MyJobView.list"), _("My tasks"), "list-check"))
    return tuple(links)


def _here(navigation: Markup, path: str) -> Markup:
    """Mark the menu's link to this page, or to the list that this page belongs to, and open its area."""
    section = "/" + path.lstrip("/").split("/", 1)[0] + "/"
    found = re.search(rf'href="({re.escape(path)}|{re.escape(section)}(?:list/)?)"', navigation)
    if found is None:
        return navigation
    drawn = str(navigation)
    before, after = drawn[: found.start()], drawn[found.end() :]
    opened = before.rpartition("<details ")
    if opened[1] and " open>" not in opened[2].split("<summary", 1)[0]:
        before = opened[0] + "<details open " + opened[2]
    return Markup(before + found.group(0) + ' aria-current="page"' + after)  # noqa: S704  made of a drawn menu


@lru_cache(maxsize=256)
def _navigation(permissions: frozenset[tuple[str, str]], _locale: str, _root: str) -> Markup:
    """Draw the menu of one set of rights in one language; rights changed are another key."""
    return Markup(render_template("navigation.html", areas=menu_entries(permissions)))


def menu_entries(permissions: frozenset[tuple[str, str]]) -> list[tuple[Area, list[tuple[str, Any]]]]:
    """Return the menu that these rights open: each area with addresses and titles; no area without a page."""
    areas: list[tuple[Area, list[tuple[str, Any]]]] = []
    for area in AREAS:
        links = [
            (url_for(f"{entry.screen.__name__}.list"), entry.screen.title)
            for entry in SCREENS
            if entry.area == area.key and ("can_list", entry.screen.__name__) in permissions
        ]
        links += [
            (url_for(page.endpoint), page.title)
            for page in PAGES
            if page.area == area.key and (page.permission, page.endpoint.split(".")[0]) in permissions
        ]
        if links:
            areas.append((area, links))
    return areas
