"""What every row has: key, stamps, optimistic lock, and the mixins for ownership, numbers and deletion.

A business entity is `class Thing(Row, Coded, Owned, SoftDeleted, FabModel)`; a child line is
`class ThingLine(Row, FabModel)`. Labels stand once, in `info=`, and every screen, form, API
description and message reads them from there.
"""

from datetime import datetime
from typing import Any, ClassVar

from flask_appbuilder import Model as FabModel
from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.core.actor import current_actor
from app.core.clock import utc_now
from app.core.i18n import lazy_gettext as _l
from app.core.types import Instant, JsonDict

__all__ = [
    "Coded",
    "FabModel",
    "Owned",
    "Row",
    "SoftDeleted",
    "alive_index",
    "in_list",
    "label",
    "partial_index",
]

FabModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def label(text: Any, help_text: Any | None = None, **extra: Any) -> dict[str, Any]:
    """Return the `info` of a column: its label, its help text and hints to the screens.

    Args:
        extra: `multiline=True` for a text area, `personal=True` for a personal datum (masked,
            never written in clear to the audit trail), `secret=True` for what no answer may carry.
    """
    return {"label": text, "help": help_text, **extra}


def in_list(column: str, values: type[Any]) -> str:
    """Return the SQL of a CHECK that a text column holds one of an enum's values, and is not null."""
    listed = ", ".join(f"'{member.value}'" for member in values)
    return f"{column} IS NOT NULL AND {column} IN ({listed})"


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index over the rows for which `where` holds, on both databases alike."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def alive_index(name: str, *columns: str, unique: bool = False) -> Index:
    """Return a partial index over the rows that are not deleted: it serves a list's default order."""
    return partial_index(name, *columns, where="deleted_at IS NULL", unique=unique)


class Row:
    """Key, stamps, optimistic lock and the custom fields of every stored thing (R015).

    `row_version` is SQLAlchemy's version counter: an update or delete of a row that somebody else
    changed since it was read raises StaleDataError. Forms carry it too, because a form reads the
    row afresh when it is posted.
    """

    __allow_unmapped__ = True
    __audited__: ClassVar[bool] = True
    """Whether each change is written to the audit trail, column by column."""
    __search__: ClassVar[tuple[str, ...]] = ()
    """Text columns of the quick search (substring, also of one Chinese character)."""
    __locked_with__: ClassVar[str | None] = None
    """Relationship to the record under approval whose review freezes this line too."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True, info=label(_l("Key")))
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now, info=label(_l("Created at")))
    changed_at: Mapped[datetime] = mapped_column(
        Instant, default=utc_now, onupdate=utc_now, info=label(_l("Changed at"))
    )
    row_version: Mapped[int] = mapped_column(Integer, info=label(_l("Version")))
    custom_data: Mapped[dict[str, Any]] = mapped_column(
        JsonDict, default=dict, info=label(_l("Custom fields"))
    )

    @declared_attr
    def created_by_id(cls) -> Mapped[int | None]:  # noqa: N805  SQLAlchemy passes the class
        """Key of the account that made the row; null for the system."""
        return mapped_column(
            ForeignKey("ab_user.id", ondelete="RESTRICT"), default=_actor_id, info=label(_l("Created by"))
        )

    @declared_attr
    def changed_by_id(cls) -> Mapped[int | None]:  # noqa: N805
        """Key of the account that last changed the row."""
        return mapped_column(
            ForeignKey("ab_user.id", ondelete="RESTRICT"),
            default=_actor_id,
            onupdate=_actor_id,
            info=label(_l("Changed by")),
        )

    @declared_attr
    def created_by(cls: Any) -> Mapped[Any]:  # noqa: N805
        """The account that made the row."""
        return relationship(
            "PortalUser", foreign_keys=lambda: cls.created_by_id, viewonly=True, lazy="select"
        )

    @declared_attr
    def changed_by(cls: Any) -> Mapped[Any]:  # noqa: N805
        """The account that last changed the row."""
        return relationship(
            "PortalUser", foreign_keys=lambda: cls.changed_by_id, viewonly=True, lazy="select"
        )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        """Let SQLAlchemy guard every update by the version."""
        return {"version_id_col": cls.row_version}


def _actor_id() -> int | None:
    return current_actor().user_id


class Coded:
    """A number that people quote, for example `MP-2026-0042`; given by `app.services.numbering`."""

    __series__: ClassVar[str]
    """Prefix of the number."""

    code: Mapped[str] = mapped_column(String(32), unique=True, info=label(_l("Number")))


class Owned:
    """One accountable person and one department (R010, R013): the columns that row scope reads."""

    @declared_attr
    def owner_id(cls) -> Mapped[int]:  # noqa: N805
        """Key of the responsible employee."""
        return mapped_column(
            ForeignKey("employee.id", ondelete="RESTRICT"), index=True, info=label(_l("Responsible person"))
        )

    @declared_attr
    def department_id(cls) -> Mapped[int]:  # noqa: N805
        """Key of the responsible department."""
        return mapped_column(
            ForeignKey("department.id", ondelete="RESTRICT"), index=True, info=label(_l("Department"))
        )


class SoftDeleted:
    """Deleting marks the row; it can be restored, and nothing that refers to it breaks."""

    deleted_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Deleted at")))

    @property
    def is_deleted(self) -> bool:
        """Whether the row lies in the bin."""
        return self.deleted_at is not None
