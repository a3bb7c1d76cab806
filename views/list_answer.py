"""A list as an answer: the whole page, or only its part when a list interaction asked for it (R106)."""

from typing import Any

from flask import Response, make_response, render_template, request, url_for

from views.list_filters import Panel
from views.list_frame import ListFrame
from views.listing import ListPage


def is_part() -> bool:
    """Whether a list interaction asks for a part of a page."""
    return request.headers.get("HX-Request-Type") == "partial"


def list_answer(screen: Any, page: ListPage, rows: Any, frame: ListFrame, **more: Any) -> str:
    """Return the page of a list, or its part alone.

    Args:
        more: what another form than the table is drawn from; `layout` names it.
    """
    template = "screen/list_part.html" if is_part() else "screen/list.html"
    return render_template(
        template, screen=screen, page=page, query=page.query, rows=rows, frame=frame, columns=frame.fields,
        **more,
    )  # fmt: skip


def panel_answer(screen: Any, panel: Panel) -> str:
    """Return the form of one filter, for the place where the names of the columns stood."""
    path = url_for(f"{screen.endpoint}.list")
    return render_template("screen/list_panel.html", screen=screen, panel=panel, list_path=path)


def refused_panel(screen: Any, panel: Panel) -> Response:
    """Return the form of a filter whose value was refused; it takes its own place instead of the list's."""
    answer = make_response(panel_answer(screen, panel), 422)
    answer.headers["HX-Retarget"] = "#list details[open] > .filter-panel"
    answer.headers["HX-Push-Url"] = "false"
    return answer
