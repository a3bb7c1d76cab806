"""Charts: text is escaped, sizes are true, and the arithmetic of axes holds."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from markupsafe import Markup

from reports.charts import (
    TEXT,
    GanttRow,
    Series,
    bar_chart,
    gantt,
    horizontal_bars,
    nice_step,
    shorten,
    text_width,
)

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</title><script>alert("1")</script>&<image href="http://127.0.0.1/x"/>'
FONT = 'Noto "Sans" <CJK>'


def series(*rows: tuple[str, list[int]]) -> list[Series]:
    return [Series(name, tuple(map(Decimal, values))) for name, values in rows]


def drawn(svg: Markup) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  our own drawing


def bars(svg: Markup, colour: str) -> list[ET.Element]:
    return [one for one in drawn(svg).iter(f"{SVG}rect") if one.get("fill") == colour]


CHARTS: dict[str, Callable[[], Markup]] = {
    "bars": lambda: bar_chart(HOSTILE, [HOSTILE], series((HOSTILE, [1])), font=FONT),
    "horizontal": lambda: horizontal_bars(HOSTILE, [HOSTILE], series((HOSTILE, [1])), font=FONT),
    "gantt": lambda: gantt(
        HOSTILE,
        date(2026, 4, 1),
        date(2026, 6, 30),
        [GanttRow(HOSTILE, date(2026, 4, 2), date(2026, 4, 9))],
        font=FONT,
    ),
}


@pytest.mark.parametrize("kind", sorted(CHARTS))
def test_hostile_text_stays_text(printing: Flask, kind: str) -> None:
    root = drawn(CHARTS[kind]())
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        "svg",
        "title",
        "text",
        "rect",
        "line",
        "path",
    }
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == HOSTILE
    assert root.get("font-family") == FONT
    assert root.get("role") == "img"


@pytest.mark.parametrize("kind", sorted(CHARTS))
def test_the_drawing_is_in_millimetres_and_its_type_is_readable(printing: Flask, kind: str) -> None:
    root = drawn(CHARTS[kind]())
    width, height = root.attrib["viewBox"].split()[2:]
    assert (root.get("width"), root.get("height")) == (f"{width}mm", f"{height}mm")
    assert {one.get("font-size") for one in root.iter(f"{SVG}text")} == {str(TEXT)}
    assert TEXT / 25.4 * 72 >= 7


def test_bars_are_as_high_as_their_values(printing: Flask) -> None:
    svg = bar_chart("t", ["a", "b", "c"], series(("x", [2, 4, 0])), font="f")
    heights = [float(one.attrib["height"]) for one in bars(svg, "#1f4e79")][1:]  # the first is the legend
    assert heights[0] * 2 == pytest.approx(heights[1], abs=0.02)
    assert heights[2] == 0


def test_stacked_bars_end_with_their_sum(printing: Flask) -> None:
    root = drawn(horizontal_bars("t", ["Sales"], series(("x", [1200]), ("y", [34])), font="f"))
    texts = [one.text for one in root.iter(f"{SVG}text")]
    assert texts[-1] == "1,234"
    assert "1,200" in texts


@pytest.mark.parametrize("draw", [bar_chart, horizontal_bars])
def test_a_chart_refuses_what_it_cannot_draw_truly(printing: Flask, draw: Callable[..., Markup]) -> None:
    with pytest.raises(ValueError, match="negative"):
        draw("t", ["a"], series(("x", [-1])), font="f")
    with pytest.raises(ValueError, match="2 values for 1 categories"):
        draw("t", ["a"], series(("x", [1, 2])), font="f")


@pytest.mark.parametrize("draw", [bar_chart, horizontal_bars])
def test_a_chart_of_nothing_is_empty_and_whole(printing: Flask, draw: Callable[..., Markup]) -> None:
    assert drawn(draw("t", [], series(("x", [])), font="f")).tag == f"{SVG}svg"


@pytest.mark.parametrize(
    ("highest", "step"),
    [(0, 1), (1, 1), (4, 1), (5, 2), (7, 2), (8, 2), (9, 5), (20, 5), (21, 10), (399, 100), (1001, 500)],
)
def test_grid_steps_are_round_and_reach_the_top(highest: int, step: int) -> None:
    assert nice_step(Decimal(highest)) == step
    assert step * 4 >= highest


def test_gantt_bars_cover_their_days_and_no_more(printing: Flask) -> None:
    rows = [
        GanttRow("first day", date(2026, 4, 1), date(2026, 4, 1)),
        GanttRow("all", date(2026, 4, 1), date(2026, 4, 30)),
        GanttRow("outside", date(2026, 3, 1), date(2026, 3, 31)),
        GanttRow("too long", date(2026, 4, 16), date(2026, 5, 31)),
    ]
    svg = gantt("t", date(2026, 4, 1), date(2026, 4, 30), rows, font="f", width=140, label_width=20)
    found = [(float(one.attrib["x"]), float(one.attrib["width"])) for one in bars(svg, "#1f4e79")]
    assert found == [(20, 4), (20, 120), (80, 60)]


@pytest.mark.parametrize(("day", "colour"), [(9, "#1d2939"), (10, "#1d2939"), (11, "#b42318")])
def test_a_late_finish_is_red(printing: Flask, day: int, colour: str) -> None:
    row = GanttRow("x", date(2026, 4, 2), date(2026, 4, 10), date(2026, 4, day))
    svg = gantt("t", date(2026, 4, 1), date(2026, 4, 30), [row], font="f")
    assert [one.get("fill") for one in drawn(svg).iter(f"{SVG}path")] == [colour]


def test_a_period_that_ends_before_it_starts_is_refused(printing: Flask) -> None:
    with pytest.raises(ValueError, match="period"):
        gantt("t", date(2026, 4, 2), date(2026, 4, 1), [], font="f")


def test_long_labels_are_cut_to_their_room() -> None:
    label = "“6·18”大促预售与正式期(天猫、抖音两个主会场)"
    cut = shorten(label, 30)
    assert cut.endswith("…")
    assert label.startswith(cut[:-1])
    assert text_width(cut) <= 30
    assert shorten("短", 30) == "短"
