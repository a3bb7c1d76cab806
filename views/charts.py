"""Charts of a page: a table of figures, of which the browser draws a chart (frontend/src/charts.js) (R001, R002).

`charts.html` writes the table; its cells hold the figures and the links to what is behind them, so that the
chart needs no data of its own, and whoever sees no chart reads the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import url_for


@dataclass(frozen=True)
class Row:
    """One category.

    Attributes:
        values: one per series; in the chart's unit.
        url: the list behind the figures.
        tone: colour of this category, for a chart of one series (`green`, `blue`, `orange`, `red`, `grey`).
    """

    label: Any
    values: Sequence[int | Decimal]
    url: str | None = None
    tone: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart and its table.

    Attributes:
        key: unique on the page.
        shape: `column` (standing bars), `bar` (lying bars) or `ring`.
        series: names of the values, in order.
        category: what the categories are, as the head of the table's first column.
        is_money: whether the values are amounts.
        is_stacked: whether the series of a category stand on each other.
    """

    key: str
    title: Any
    shape: str
    category: Any
    series: Sequence[Any]
    rows: Sequence[Row]
    is_money: bool = False
    is_stacked: bool = False
    note: Any = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for row in self.rows for value in row.values)


def list_behind(screen: str, asked: dict[str, Any]) -> str:
    """Return the address of a screen's list with these filters: what stands behind a figure."""
    return url_for(f"{screen}.list", **asked)
