"""Translation functions and the languages of the portal; English is the language of the source."""

from flask_babel import gettext, lazy_gettext, ngettext

__all__ = ["LANGUAGES", "gettext", "html_lang", "lazy_gettext", "ngettext"]

LANGUAGES = {"zh": "简体中文", "zh_Hant_TW": "繁體中文", "en": "English"}
"""Locale code → the language's own name."""

_HTML_LANG = {"zh": "zh-CN", "zh_Hant_TW": "zh-TW", "en": "en"}


def html_lang(locale: str) -> str:
    """Return the BCP 47 tag of a portal locale: it decides which regional glyphs a font shows."""
    return _HTML_LANG.get(locale, "en")
