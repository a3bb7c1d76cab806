"""From rows with a name to `Named`, and the company's own name."""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.org import Department
from reports.names import Named


class RowWithName(Protocol):
    """A row with a key, a name and an optional English name."""

    @property
    def id(self) -> int:
        """Key of the row."""

    @property
    def name(self) -> str:
        """Stored name."""

    @property
    def name_en(self) -> str | None:
        """English name, where given."""


def named(row: RowWithName) -> Named:
    """Return a row's name in both languages with its key."""
    return Named(row.name, row.name_en or None, row.id)


def step_named(names: Mapping[str, str]) -> Named:
    """Return a step's name, which a route keeps by language."""
    return Named(
        names.get("zh") or names.get("en", ""), names.get("en"), name_traditional=names.get("zh_Hant_TW")
    )


def company(session: Session) -> Named:
    """Return the company: the top of the department tree (the oldest, if there are several)."""
    top = session.scalars(
        select(Department).where(Department.parent_id.is_(None)).order_by(Department.id).limit(1)
    ).first()
    return Named("") if top is None else named(top)
