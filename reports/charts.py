"""Charts as SVG text, drawn in plain Python: millimetres, zero-based, labelled directly.

Text inside an inline SVG does not inherit the page's font, so each chart sets its family itself.
Every text passes through `escape`; the result is `Markup`, ready for a template. Lengths are in
millimetres, which are also the user units of the drawing; type is never below 7 pt (2.47 mm).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from markupsafe import Markup, escape

from reports import formats

INK, MUTED, LINE, SOFT = "#1d2939", "#667085", "#d0d5dd", "#f2f4f7"
SERIES_COLOURS = ("#1f4e79", "#2e8b7a", "#d98e04", "#b42318", "#667085")
TEXT = 2.65
"""Size of chart text: 7.5 pt in millimetres."""
LINE_HEIGHT = 4.2
_FULL_WIDTH = frozenset("“”‘’…—·×")
"""Signs outside of the Han blocks that the CJK fonts draw one em wide."""


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart: its translated name and one value per category."""

    name: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class GanttRow:
    """A bar of a timetable, both days included, and the day on which it was finished, if it was."""

    label: str
    start: date
    end: date
    finished_on: date | None = None


def text_width(text: str, size: float = TEXT) -> float:
    """Return the approximate width of a text: Han and full-width signs one em, others just over half."""
    return sum(size if char > "\u2e7f" or char in _FULL_WIDTH else size * 0.56 for char in text)


def shorten(text: str, width: float, size: float = TEXT) -> str:
    """Return the text, cut with an ellipsis where it would be wider than `width`."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(f"{kept}…", size) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def nice_step(highest: Decimal, lines: int = 4) -> Decimal:
    """Return a grid step of 1, 2 or 5 times a power of ten that reaches `highest` in about `lines`.

    Counts are whole, so the step is never below one.
    """
    if highest <= lines:
        return Decimal(1)
    raw = highest / lines
    power = Decimal(10) ** raw.adjusted()
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)


def bar_chart(
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    font: str,
    width: float = 150,
    height: float = 62,
) -> Markup:
    """Return grouped vertical bars, one group per category, with a grid, values and a legend.

    Raises:
        ValueError: a series has not exactly one value per category, or a value is negative.
    """
    highest = _checked_maximum(categories, series)
    step = nice_step(highest)
    top = max(step, -(-highest // step) * step)
    legend, below = _legend(series, width)
    left, right, base, roof = text_width(formats.number(top)) + 3, width - 1, height - 7, below + 4.5
    parts = [legend]
    tick = Decimal(0)
    while tick <= top:
        y = base - (base - roof) * float(tick / top)
        parts.append(_line(left, y, right, y, INK if tick == 0 else LINE))
        parts.append(_text(left - 1.5, y + 0.9, formats.number(tick), anchor="end", fill=MUTED))
        tick += step
    slot = (right - left) / max(len(categories), 1)
    bar = min(slot * 0.72 / max(len(series), 1), 9)
    for i, category in enumerate(categories):
        centre = left + slot * (i + 0.5)
        parts.append(_text(centre, base + 4.2, shorten(category, slot - 1), anchor="middle"))
        for j, one in enumerate(series):
            x = centre + bar * (j - len(series) / 2)
            high = (base - roof) * float(one.values[i] / top)
            parts.append(
                _rect(x + 0.25, base - high, bar - 0.5, high, SERIES_COLOURS[j % len(SERIES_COLOURS)])
            )
            if one.values[i]:
                value = formats.number(one.values[i])
                parts.append(_text(x + bar / 2, base - high - 0.9, value, anchor="middle", fill=INK))
    return _svg(title, parts, width=width, height=height, font=font)


def horizontal_bars(
    title: str,
    categories: Sequence[str],
    series: Sequence[Series],
    *,
    font: str,
    width: float = 150,
    label_width: float = 42,
) -> Markup:
    """Return stacked horizontal bars, one per category: parts with their counts, the sum at the end.

    Raises:
        ValueError: a series has not exactly one value per category, or a value is negative.
    """
    _checked_maximum(categories, series)
    sums = [sum((one.values[i] for one in series), Decimal(0)) for i in range(len(categories))]
    highest = max([*sums, Decimal(1)])
    legend, below = _legend(series, width)
    lane, roof = 6.0, below + 1.5
    height = roof + lane * len(categories) + 2
    room = width - label_width - text_width(formats.number(highest)) - 4
    parts = [legend]
    for i, category in enumerate(categories):
        y = roof + lane * i
        parts.append(_text(label_width - 2, y + 3.9, shorten(category, label_width - 2), anchor="end"))
        x = label_width
        for j, one in enumerate(series):
            long = room * float(one.values[i] / highest)
            if not long:
                continue
            parts.append(_rect(x, y + 0.9, long, lane - 1.8, SERIES_COLOURS[j % len(SERIES_COLOURS)]))
            value = formats.number(one.values[i])
            if long > text_width(value) + 1.2:
                parts.append(_text(x + long / 2, y + 3.9, value, anchor="middle", fill="#ffffff"))
            x += long
        parts.append(_text(x + 1.5, y + 3.9, formats.number(sums[i]), weight=700))
    parts.append(_line(label_width, roof, label_width, height - 2, INK))
    return _svg(title, parts, width=width, height=height, font=font)


def gantt(
    title: str,
    start: date,
    end: date,
    rows: Sequence[GanttRow],
    *,
    font: str,
    width: float = 170,
    label_width: float = 46,
) -> Markup:
    """Return a timetable: one lane per row over the months from `start` to `end`, both days included.

    A diamond marks the day on which a row was finished. Rows may reach outside of the period; they
    are cut at its edges.

    Raises:
        ValueError: the period ends before it starts.
    """
    if end < start:
        message = "a period cannot end before it starts"
        raise ValueError(message)
    lane, roof = 6.4, 6.0
    height = roof + lane * len(rows) + 1
    scale = _Scale(start, (end - start).days + 1, label_width, width)
    parts = [_rect(label_width, 0, width - label_width, roof - 0.6, SOFT)]
    for first in _month_starts(start, end):
        x = scale.at(first)
        room = scale.at(_next_month(first)) - x
        parts.append(_line(x, 0, x, height, LINE))
        full = formats.month(first)
        name = full if text_width(full) <= room - 1.4 else shorten(formats.month_name(first), room - 1.4)
        parts.append(_text(x + 1.2, 3.7, name, fill=MUTED))
    for i, row in enumerate(rows):
        y = roof + lane * i
        parts.append(_text(0, y + 4.1, shorten(row.label, label_width - 2)))
        parts.append(_line(0, y + lane, width, y + lane, LINE))
        x0, x1 = scale.at(row.start), scale.at(row.end + timedelta(days=1))
        colour = SERIES_COLOURS[1] if row.finished_on else SERIES_COLOURS[0]
        if x1 > x0:
            parts.append(_rect(x0, y + 1.6, max(x1 - x0, 0.8), 3.2, colour, radius=0.6))
        if row.finished_on:
            parts.append(_diamond(scale.at(row.finished_on), y + 3.2, late=row.finished_on > row.end))
    return _svg(title, parts, width=width, height=height, font=font)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Turns a day into a place on the time axis between `left` and `right`, cut at both ends."""

    start: date
    days: int
    left: float
    right: float

    def at(self, day: date) -> float:
        share = (day - self.start).days / self.days
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)


def _checked_maximum(categories: Sequence[str], series: Sequence[Series]) -> Decimal:
    for one in series:
        if len(one.values) != len(categories):
            message = f"series {one.name!r} has {len(one.values)} values for {len(categories)} categories"
            raise ValueError(message)
        if any(value < 0 for value in one.values):
            message = f"series {one.name!r} has a negative value; bars start at zero"
            raise ValueError(message)
    return max([value for one in series for value in one.values], default=Decimal(0))


def _month_starts(start: date, end: date) -> list[date]:
    starts = [start]
    while (following := _next_month(starts[-1])) <= end:
        starts.append(following)
    return starts


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _legend(series: Sequence[Series], width: float) -> tuple[str, float]:
    """Return the legend, broken into lines where it would be wider than `width`, and its height."""
    parts = []
    x, y = 0.0, 3.2
    for j, one in enumerate(series):
        wide = 3.6 + text_width(one.name)
        if x and x + wide > width:
            x, y = 0.0, y + LINE_HEIGHT
        parts.append(_rect(x, y - 2.2, 2.6, 2.6, SERIES_COLOURS[j % len(SERIES_COLOURS)]))
        parts.append(_text(x + 3.6, y, one.name, fill=MUTED))
        x += wide + 4
    return "".join(parts), y + 1.5


def _diamond(x: float, y: float, *, late: bool) -> str:
    colour = SERIES_COLOURS[3] if late else INK
    path = f"M{x:.2f} {y - 1.9:.2f}l1.9 1.9l-1.9 1.9l-1.9 -1.9z"
    return f'<path d="{path}" fill="{colour}" stroke="#ffffff" stroke-width="0.3"/>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" stroke="{colour}" stroke-width="0.2"/>'


def _rect(x: float, y: float, width: float, height: float, colour: str, *, radius: float = 0) -> str:
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" rx="{radius:g}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", fill: str = INK, weight: int = 400) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{TEXT}" font-weight="{weight}"'
        f' text-anchor="{anchor}" fill="{fill}">{escape(text)}</text>'
    )


def _svg(title: str, parts: Sequence[str], *, width: float, height: float, font: str) -> Markup:
    """Wrap the parts; the title is what a screen reader says."""
    return Markup(  # noqa: S704  every text in the parts went through escape
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:g}mm" height="{height:g}mm"'
        f' viewBox="0 0 {width:g} {height:g}" font-family="{escape(font)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
