"""Whether what a page says is in its reader's language, and is meant for a reader at all."""

import re
import sqlite3
from functools import cached_property
from pathlib import Path

from app.core.i18n import LANGUAGES
from app.translations import catalogues

NAMES = frozenset(
    [
        "Yingce",
        "API",
        "CSV",
        "csv",
        "xlsx",
        "Excel",
        "XLSX",
        "PDF",
        "JSON",
        "ICS",
        "PNG",
        "JPG",
        "JPEG",
        "GIF",
        "WEBP",
        "SVG",
        "TXT",
        "DOCX",
        "PPTX",
        "ZIP",
        "REST",
        "OpenAPI",
        "Swagger",
        "URL",
        "HTTPS",
        "MB",
        "KB",
        "GB",
        "UTF",
        "GBK",
        "SHA",
        "UTC",
        "English",
        "gz",
        "xz",
        "utf",
        "sha",
        "next",
        "lanxu",
        "ID",
        "KOL",
        "KPI",
        "ROI",
        "SKU",
        "IP",
        "WeCom",
        "DingTalk",
        "Ctrl",
        "Cmd",
        "Alt",
        "Esc",
        "Enter",
        "Shift",
        "Tab",
        "Chromium",
        "Chrome",
        "HeadlessChrome",
        "Linux",
        "Mozilla",
        "AppleWebKit",
        "KHTML",
        "Gecko",
        "Safari",
        "like",
        "inbox",
        "person",
        "example",
        "com",
    ]
)
"""Names and trade words that stay as they are in every language."""
_CODES = re.compile(
    r"""
    [\w.+-]+@[\w-]+(?:\.[\w-]+)+        # an e-mail address
    | https?://\S+
    | \b[A-Z]{1,6}(?:-[A-Z0-9]+)+\b     # a number: MP-2026-0001
    | \b[A-Z][A-Za-z]+/[A-Z]\w+(?:/\w+)?\b  # a time zone: Asia/Shanghai
    | \b[0-9a-f]{12,}\b                 # a digest
    | \b[\w-]+\.(?:csv|xlsx|pdf|png|jpe?g|json|txt|docx)\b
    | \b\d+(?:\.\d+)?[a-z]{1,2}\b
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[㐀-鿿]")
_PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
_FOR_PROGRAMS = re.compile(
    r"\bNone\b|\bTrue\b|\bFalse\b|\bundefined\b|\bNaN\b|\[object |<built-in|<bound method|<function| object at 0x|LazyString|_l\(|lazy_gettext"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|\d\d:\d\d(?::\d\d)?\+\d\d:\d\d|datetime\.|Decimal\(|%\(\w+\)s|\{\{|\}\}|&(?:amp|lt|gt|quot|#39);"
)

_KEYS = frozenset({"data_quality"})
"""Keys that people gave to their records, in the way of programs."""
_KEEPERS_OF_KEYS = frozenset(
    [
        "audit_event",
        "outbox_message",
        "used_key",
        "alembic_version",
        "ab_permission",
        "ab_view_menu",
        "ab_role",
        "user_session",
    ]
)
"""Tables whose texts are names that programs gave."""


class Wording:
    """The judge of one portal's texts.

    Args:
        database: SQLite file of the portal; what stands in it as data is no wording of the portal's own.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._known: dict[tuple[str, str], str | None] = {}

    def fault(self, text: str, locale: str) -> str | None:
        """Return what is wrong with one text of a page in this language, or None."""
        if text.startswith("UTC") or text in _KEYS:
            return None  # not every city has a name in every language
        key = (text, locale)
        if key not in self._known:
            self._known[key] = self._judge(text, locale)
        return self._known[key]

    def _judge(self, text: str, locale: str) -> str | None:
        if found := _FOR_PROGRAMS.search(text):
            return None if text in self._data else f"meant for programs ({found.group()})"
        if self._is_of_another_language(text, locale):
            return "of another language"
        if locale == "en":
            return None
        left = self._foreign_words(text)
        return f"English words {sorted(left)}" if left else None

    def _is_of_another_language(self, text: str, locale: str) -> bool:
        """Whether the whole text is a message that this language says in other words."""
        own = self._messages[locale]
        if text in self._data or text in own.values() or text in LANGUAGES.values():
            return False
        return any(text in self._texts[other] for other in self._messages if other != locale)

    def _foreign_words(self, text: str) -> set[str]:
        if not self._words(text):
            return set()
        for data in self._latin_data:
            if data in text:
                text = text.replace(data, " ")
        return self._words(text)

    @staticmethod
    def _words(text: str) -> set[str]:
        return set(_WORD.findall(_CODES.sub(" ", text))) - NAMES

    @cached_property
    def _messages(self) -> dict[str, dict[str, str]]:
        """Return per language its own words of each message without placeholders."""
        found: dict[str, dict[str, str]] = {}
        for locale in catalogues.LOCALES:
            found[locale] = {
                str(message.id): str(message.string)
                for message in catalogues.read(locale)
                if message.id and isinstance(message.id, str) and not _PLACE.search(message.id)
            }
        return found

    @cached_property
    def _texts(self) -> dict[str, frozenset[str]]:
        return {locale: frozenset(words.values()) for locale, words in self._messages.items()}

    @cached_property
    def _data(self) -> frozenset[str]:
        """Return every stored text that a person typed: not the keys and states, which are in lower case only."""
        found: set[str] = set()
        with sqlite3.connect(f"file:{self._database}?mode=ro", uri=True) as connection:
            tables = [
                name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            ]
            for table in tables:
                if "_search" in table or table in _KEEPERS_OF_KEYS:
                    continue
                columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
                for column in columns:
                    rows = connection.execute(
                        f'SELECT DISTINCT "{column}" FROM "{table}" WHERE typeof("{column}") = \'text\''  # noqa: S608
                    )
                    found.update(value for (value,) in rows if column == "username" or _is_typed(value))
        return frozenset(found)

    @cached_property
    def _latin_data(self) -> list[str]:
        """Return the stored texts with Latin words in them, the longest first."""
        return sorted((text for text in self._data if _WORD.search(text)), key=len, reverse=True)


def _is_typed(value: str) -> bool:
    is_key = re.fullmatch(r"[a-z0-9_.:/-]+", value) is not None
    return len(value) < 2000 and not is_key and not value.startswith(("{", "["))
