"""Rights in business words: what each verb is called, and which pages there are, area by area.

The pages are the screens' own affair, which stand in a layer above this one; `views.role_words` provides them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.i18n import lazy_gettext as _l

COLUMNS: dict[str, Any] = {
    "list": _l("See the list"),
    "show": _l("Open"),
    "lookup": _l("Choose in forms"),
    "add": _l("Add"),
    "edit": _l("Change"),
    "delete": _l("Delete"),
    "restore": _l("Restore"),
    "export": _l("Export"),
    "submit": _l("Submit for approval"),
    "withdraw": _l("Withdraw"),
}
"""Verbs with a column of their own; all others stand in the last column by name."""
FURTHER: dict[str, Any] = {
    "view": _l("Open"),
    "inbox": _l("See what waits for approval"),
    "decide": _l("Approve, return or reject"),
    "administer": _l("Administer"),
    "run": _l("Print"),
    "import": _l("Import"),
    "cancel": _l("Stop"),
    "verify": _l("Check the chain"),
    "get": _l("Read"),
    "start": _l("View as a role"),
    "comment": _l("Comment"),
    "attach": _l("Attach files"),
    "share": _l("Share with others"),
    "print": _l("Print"),
}
EVERYBODY = _l("Pages for everybody")
"""Heading of what belongs to no area of the menu."""


@dataclass(frozen=True)
class Resource:
    """What rights are granted on: a screen, a page or a report.

    Attributes:
        name: the stored name of the right's second half; never shown.
        title: what people call it.
        group: heading under which it stands: the menu's area.
        is_line: whether it is a line of the resource above it.
        record_type: the record type whose row scope stands with it, if any.
    """

    name: str
    title: Any
    group: Any
    is_line: bool = False
    record_type: str | None = None


_sources: list[Callable[[], list[Resource]]] = []


def provide(source: Callable[[], list[Resource]]) -> None:
    """Say where the resources come from; a second call replaces the first."""
    _sources[:] = [source]


def resources() -> list[Resource]:
    """Return every resource in the order of the menu; needs an application context."""
    return _sources[0]() if _sources else []


def verb_label(verb: str) -> Any:
    """Return what a verb (a permission without `can_`) is called."""
    return COLUMNS.get(verb) or FURTHER.get(verb) or verb
