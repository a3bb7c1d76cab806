"""The sandboxed Jinja environment of the documents: no application object is reachable from it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core.i18n import gettext, html_lang, ngettext
from reports import formats

TEMPLATES = Path(__file__).parent / "templates"

FONT_FAMILIES = {"zh": "Noto Sans CJK SC", "zh_Hant_TW": "Noto Sans CJK TC", "en": "Noto Sans CJK SC"}
"""Locale → the one font family of its documents (its Latin letters are those of Source Sans)."""


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Return the one environment: autoescaped, strict about missing names, our templates only."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(
        money=formats.money,
        amount=formats.amount,
        number=formats.number,
        percent=formats.percent,
        measure=formats.measure,
        days=formats.days,
        day=formats.day,
        month=formats.month,
        instant=formats.instant,
        short_digest=formats.short_digest,
    )
    made.globals.update(period=formats.period)
    return made


def render_html(template: str, context: Mapping[str, object], *, locale: str) -> str:
    """Return the HTML of a document; the caller has forced the locale.

    Raises:
        jinja2.TemplateNotFound: no such template.
        jinja2.UndefinedError: the template names a value that the context lacks.
    """
    return (
        environment()
        .get_template(template)
        .render(context, lang=html_lang(locale), font=FONT_FAMILIES[locale])
    )
