"""What the page of a record is made of, and how one of its parts is answered alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask_babel import format_datetime, format_timedelta
from markupsafe import Markup

from app.core.clock import utc_now
from views.fields import Field

_TIME = Markup('<time datetime="{}" title="{}">{}</time>')


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a record's page.

    Attributes:
        key: part of the address behind #; names the pane too.
        count: what stands beside the title.
        url: where the content is read when the tab opens; None if the page carries it.
    """

    key: str
    title: Any
    count: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one related screen: key and shown values of each, and how many."""

    view: Any
    rows: list[tuple[int, list[Any]]]
    count: str

    @property
    def key(self) -> str:
        """Key of their tab."""
        return str(self.view.route_base).strip("/")


@dataclass(frozen=True, slots=True)
class Detail:
    """One shown column."""

    field: Field
    value: Any


@dataclass(frozen=True, slots=True)
class DetailGroup:
    """Columns that belong together."""

    title: Any
    details: list[Detail]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the tabs: title, number, status, who is responsible, who changed it when."""

    title: str
    number: str | None
    status: Any
    owner: Any
    department: Any
    changed_by: Any
    changed_at: datetime | None
    parent_title: str | None

    @property
    def changed(self) -> Markup:
        """When the record was last changed, as people say it."""
        return Markup() if self.changed_at is None else ago(self.changed_at)


def ago(instant: datetime) -> Markup:
    """Return an instant as people say it (“3 hours ago”), the exact time behind it."""
    exact = format_datetime(instant, "medium")
    return _TIME.format(instant.isoformat(), exact, format_timedelta(instant - utc_now(), add_direction=True))


def is_part() -> bool:
    """Whether only a part of the page was asked for."""
    return request.headers.get("HX-Request-Type") == "partial"


def part_or_page(part: str, *, screen: Any, record: Any, title: Any, **context: Any) -> str:
    """Return a part of a record's page alone, or inside a page of its own for whoever has no script."""
    template = part if is_part() else "screen/record/page.html"
    return render_template(template, part=part, screen=screen, record=record, title=title, **context)
