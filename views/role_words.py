"""What rights are granted on, in the words and in the order of the menu."""

from typing import Any

from flask import current_app

from app.core.i18n import lazy_gettext as _l
from app.security.seed import owned_record_types
from reports.registry import REPORTS
from reports.rights_words import EVERYBODY, Resource
from views.pages import PAGES
from views.registry import AREAS, SCREENS

_TITLES: dict[str, Any] = {
    "ApprovalView": _l("Approvals"),
    "OpenApi": _l("Description of the programming interface"),
}
"""Pages whose class has no title of its own, or none that says enough in a list of all."""


def resources() -> list[Resource]:
    """Return screens with their lines, pages and reports area by area, then what belongs to no area."""
    titles, types = _described()
    found: list[Resource] = []
    for area in AREAS:
        names = [*_screens_of(area.key), *((name, False) for name in _pages_of(area.key))]
        if area.key == "reports":
            names += [(report.key, False) for report in REPORTS]
        found += [
            Resource(name, titles[name], area.label, is_line, types.get(name)) for name, is_line in names
        ]
    placed = {resource.name for resource in found}
    others = [name for name in titles if name not in placed]
    return found + [Resource(name, titles[name], EVERYBODY, record_type=types.get(name)) for name in others]


def _screens_of(area: str) -> list[tuple[str, bool]]:
    """Return the screens of an area; lines follow their parent, as they stand in the registry."""
    found, current = [], None
    for entry in SCREENS:
        current = entry.area or current
        if current == area:
            found.append((entry.screen.__name__, entry.area is None))
    return found


def _pages_of(area: str) -> list[str]:
    return list(dict.fromkeys(page.endpoint.split(".")[0] for page in PAGES if page.area == area))


def _described() -> tuple[dict[str, Any], dict[str, str]]:
    """Return resource → title, and resource → record type, each type at its first screen only."""
    titles: dict[str, Any] = {entry.screen.__name__: entry.screen.title for entry in SCREENS}
    types: dict[str, str] = {}
    owned = set(owned_record_types())
    for view in current_app.appbuilder.baseviews:  # type: ignore[attr-defined]
        name = view.class_permission_name
        if view.base_permissions:
            titles[name] = _TITLES.get(name) or titles.get(name) or getattr(view, "title", "") or name
        model = getattr(getattr(view, "datamodel", None), "obj", None)
        record_type = getattr(model, "__tablename__", "")
        if record_type in owned and record_type not in types.values() and name in titles:
            types[name] = record_type
    titles.update({report.key: report.title for report in REPORTS})
    return titles, types
