"""Number series: the last number given per prefix and year, taken in the business transaction."""

from sqlalchemy import CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import FabModel


class NumberSeries(FabModel):
    """Counter of one prefix in one year; year 0 for series that never restart."""

    __tablename__ = "number_series"
    __table_args__ = (CheckConstraint("last_number >= 0", name="last_number"),)
    __allow_unmapped__ = True

    prefix: Mapped[str] = mapped_column(String(16), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_number: Mapped[int] = mapped_column(Integer, default=0)
