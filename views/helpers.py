"""What every template may call; nothing in here reads rows."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from flask_babel import format_datetime, get_locale

from app.core.i18n import html_lang
from app.core.i18n import lazy_gettext as _l

_OPERATORS = {
    "contains": _l("contains"),
    "eq": "=",
    "ne": "≠",
    "ge": "≥",
    "le": "≤",
    "gt": ">",
    "lt": "<",
    "prefix": _l("begins with"),
    "in": _l("is one of"),
    "empty": _l("is empty"),
}


def operator_label(operator: str) -> Any:
    """Return how a filter operator reads."""
    return _OPERATORS[operator]


def list_url(**changes: Any) -> str:
    """Return this list's address with some arguments changed; None removes one."""
    arguments: dict[str, Any] = {**request.args.to_dict(flat=False), **(request.view_args or {})}
    for name, value in changes.items():
        if value is None:
            arguments.pop(name, None)
        else:
            arguments[name] = value
    return url_for(request.endpoint or "", **arguments)


def current_html_lang(locale: str | None = None) -> str:
    """Return the language tag of the page."""
    return html_lang(locale or str(get_locale()))


def install(app: Flask, portal_frame: Callable[[], Any]) -> None:
    """Give the templates their functions."""

    @lru_cache(maxsize=64)
    def fingerprint(name: str) -> str:
        return sha256(Path(app.static_folder or "", name).read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        """Return the address of a static file; it changes with the content, so that it may be kept for ever."""
        return url_for("static", filename=name, v=fingerprint(name))

    app.jinja_env.globals.update(
        asset=asset, html_lang=current_html_lang, list_url=list_url, operator_label=operator_label
    )
    app.jinja_env.filters["instant"] = lambda value: format_datetime(value, "medium") if value else ""

    class LazyPortal:
        """The frame, made only when a template asks for it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(portal_frame(), name)

    app.jinja_env.globals["portal"] = LazyPortal()
