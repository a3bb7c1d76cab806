"""What every template may call; nothing in here reads rows."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from flask import Flask, g, request, session, url_for
from flask_babel import format_date, format_datetime, get_locale
from markupsafe import Markup

from app.approvals.registry import type_named as approvable_type
from app.core.i18n import LANGUAGES, html_lang
from models import approvals
from models.users import Theme
from views.base import screens_by_model
from views.fragments import draw_rows, kept, list_arguments
from views.record_tabs import ago

_THEMES = frozenset(theme.value for theme in Theme)
_BADGE = Markup('<span class="badge badge-{}">{}</span>')


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


def current_theme() -> str:
    """Return the appearance of the page: the account's, else the cookie's, else as the device."""
    log_in = g.get("log_in")
    wanted = (log_in.theme if log_in else None) or session.get("theme")
    return wanted if wanted in _THEMES else Theme.SYSTEM.value


def enum_label(value: str, enum_name: str) -> Any:
    """Return a stored value's label as a badge."""
    member = getattr(approvals, enum_name)(value)
    return _BADGE.format(member.colour, member.label)


def step_name(name: dict[str, str]) -> str:
    """Return a step's name in the language of the page, else in any."""
    locale = str(get_locale())
    return name.get(locale) or name.get(locale.split("_", maxsplit=1)[0]) or next(iter(name.values()), "")


def record_url(record_type: str, key: int) -> str:
    """Return the address of a record's page."""
    model = approvable_type(record_type).model
    return url_for(f"{screens_by_model[model]}.show", pk=key)


def install(app: Flask, portal_frame: Callable[[], Any]) -> None:
    """Give the templates their functions."""

    @lru_cache(maxsize=64)
    def fingerprint(name: str) -> str:
        return sha256(Path(app.static_folder or "", name).read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        """Return the address of a static file; it changes with the content, so that it may be kept for ever."""
        return url_for("static", filename=name, v=fingerprint(name))

    app.jinja_env.globals.update(
        asset=asset,
        current_locale=lambda: str(get_locale()),
        draw_rows=draw_rows,
        html_lang=current_html_lang,
        kept=kept,
        languages=LANGUAGES,
        list_arguments=list_arguments,
        list_url=list_url,
        new_key=lambda: token_hex(16),
        record_url=record_url,
        theme=current_theme,
        themes=tuple(Theme),
    )
    app.jinja_env.filters.update(
        ago=ago,
        day=lambda value: format_date(value, "medium") if value else "",
        instant=lambda value: format_datetime(value, "medium") if value else "",
        money=lambda value: f"{value:,.2f}",
        whole=lambda value: f"{value:,}",
        enum_label=enum_label,
        step_name=step_name,
    )

    class LazyPortal:
        """The frame, made only when a template asks for it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(portal_frame(), name)

    app.jinja_env.globals["portal"] = LazyPortal()
