"""How a person likes to see a list: named views, and the columns, density and start view of each list (R106)."""

from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.types import JsonDict
from models.base import FabModel, Row, in_list, label
from models.users import PortalUser


class ListLayout(LabelEnum):
    """In which form a list draws its rows."""

    TABLE = "table", _l("Table")
    BOARD = "board", _l("Board")
    CALENDAR = "calendar", _l("Calendar")
    TIMELINE = "timeline", _l("Timeline")


class Density(LabelEnum):
    """How closely the rows of a list stand."""

    COMFORTABLE = "comfortable", _l("Comfortable")
    COMPACT = "compact", _l("Compact")


class SavedView(Row, FabModel):
    """A list's filters, sorting, columns and form under a name; seen by its owner, or by all when shared."""

    __tablename__ = "saved_view"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        UniqueConstraint("user_id", "screen", "name"),
        CheckConstraint(in_list("layout", ListLayout), name="layout"),
        CheckConstraint("name <> ''", name="name"),
        Index("ix_saved_view_screen", "screen"),
    )

    user_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), info=label(_l("Owner"))
    )
    screen: Mapped[str] = mapped_column(String(80), info=label(_l("List")))
    name: Mapped[str] = mapped_column(String(80), info=label(_l("Name")))
    address: Mapped[str] = mapped_column(Text, default="", info=label(_l("Filters and sorting")))
    layout: Mapped[str] = mapped_column(
        String(10), default=ListLayout.TABLE.value, info=label(_l("Layout"), choices=ListLayout)
    )
    columns: Mapped[list[str]] = mapped_column(JsonDict, default=list, info=label(_l("Columns")))
    is_shared: Mapped[bool] = mapped_column(default=False, info=label(_l("Shared with everybody")))

    user: Mapped[PortalUser] = relationship(foreign_keys=[user_id], lazy="select")

    def __str__(self) -> str:
        return self.name


class ListChoice(FabModel):
    """One person's choices for one list."""

    __tablename__ = "list_choice"
    __table_args__ = (CheckConstraint(in_list("density", Density), name="density"),)
    __allow_unmapped__ = True

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    screen: Mapped[str] = mapped_column(String(80), primary_key=True)
    columns: Mapped[list[str]] = mapped_column(JsonDict, default=list)
    density: Mapped[str] = mapped_column(String(12), default=Density.COMFORTABLE.value)
    page_size: Mapped[int] = mapped_column(default=25)
    view_id: Mapped[int | None] = mapped_column(ForeignKey("saved_view.id", ondelete="SET NULL"))

    view: Mapped[SavedView | None] = relationship(lazy="select")

    def values(self) -> dict[str, Any]:
        """Return the choices without the keys."""
        return {"columns": list(self.columns), "density": self.density, "page_size": self.page_size}
