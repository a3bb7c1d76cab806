"""A list as an answer: the whole page, or only its part when a list interaction asked for it (R106)."""

from typing import Any

from flask import render_template, request

from views.listing import ListPage, ListQuery


def list_answer(screen: Any, page: ListPage, query: ListQuery, rows: Any) -> str:
    """Return the page of a list, or its part alone when htmx asked."""
    is_part = request.headers.get("HX-Request-Type") == "partial"
    template = "screen/list_part.html" if is_part else "screen/list.html"
    return render_template(template, screen=screen, page=page, query=query, rows=rows)
