"""Metric definitions: what a number means, by which formula, in which unit (R007, R071-R074)."""

from sqlalchemy import CheckConstraint, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from models.base import Coded, FabModel, Row, SoftDeleted, in_list, label


class MetricDirection(LabelEnum):
    """Whether more is better."""

    UP = "up", _l("Higher is better")
    DOWN = "down", _l("Lower is better")


class MetricUnit(LabelEnum):
    """Unit in which a metric is given."""

    COUNT = "count", _l("Count")
    PERCENT = "percent", _l("Percent")
    MONEY = "money", _l("Amount")
    RATIO = "ratio", _l("Ratio")


class MetricDefinition(Row, Coded, SoftDeleted, FabModel):
    """A metric in one version of its formula; an old report keeps the version it was made with."""

    __tablename__ = "metric_definition"
    __series__ = "KPI"
    __search__ = ("code", "name", "name_en")
    __table_args__ = (
        UniqueConstraint("key", "version"),
        CheckConstraint(in_list("unit", MetricUnit), name="unit"),
        CheckConstraint(in_list("direction", MetricDirection), name="direction"),
        CheckConstraint("version >= 1", name="version"),
    )

    key: Mapped[str] = mapped_column(String(40), info=label(_l("Metric key")))
    version: Mapped[int] = mapped_column(Integer, default=1, info=label(_l("Formula version")))
    name: Mapped[str] = mapped_column(String(80), info=label(_l("Name")))
    name_en: Mapped[str | None] = mapped_column(String(80), info=label(_l("English name")))
    formula: Mapped[str] = mapped_column(Text, info=label(_l("Formula"), multiline=True))
    unit: Mapped[str] = mapped_column(String(10), info=label(_l("Unit"), choices=MetricUnit))
    direction: Mapped[str] = mapped_column(
        String(6), default=MetricDirection.UP.value, info=label(_l("Direction"), choices=MetricDirection)
    )

    def __str__(self) -> str:
        return self.name
