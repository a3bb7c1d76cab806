"""The portal speaks its three languages wholly: every message, every label, the glossary's words."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from flask import Flask
from flask_babel import Babel, force_locale

import app.jobs.audit_check
import app.jobs.housekeeping
import app.notifications.handlers  # noqa: F401  registers what the walk below must see
from app.core.enums import LabelEnum
from app.imports.registry import IMPORTERS
from app.jobs.registry import JOBS
from app.translations import catalogues
from models.base import FabModel
from reports.registry import REPORTS
from views.pages import PAGES
from views.registry import AREAS, SCREENS

CHINESE = ("zh", "zh_Hant_TW")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
NAMES = frozenset(
    [
        "API",
        "CNY",
        "Ctrl",
        "Enter",
        "Excel",
        "Office",
        "after",
        "count",
        "csv",
        "next",
        "null",
        "xlsx",
        "zip",
        "CSV",
        "GBP",
        "JSON",
        "KOL",
        "MB",
        "PDF",
        "ROI",
        "SHA",
        "SKU",
        "UTF",
        "XLSX",
        "Europe",
        "London",
        "example",
        "com",
        "name",
        "gz",
        "xz",
        "true",
        "false",
        "inbox",
        "decided",
        "submitted",
        "person",
        "YINGCE",
        "TRUSTED",
        "HOSTS",
    ]
)
"""Words that stay as they are in Chinese: trade words, formats, examples and values of the interface."""


@pytest.fixture(scope="module")
def template() -> Catalog:
    return catalogues.extract()


@pytest.fixture(scope="module")
def stored() -> dict[str, Catalog]:
    return {locale: catalogues.read(locale) for locale in catalogues.LOCALES}


@pytest.fixture(scope="module")
def speaking() -> Flask:
    """A program that knows the catalogues and nothing else."""
    program = Flask("speaking")
    program.config["BABEL_TRANSLATION_DIRECTORIES"] = str(catalogues.HERE)
    Babel(program)
    return program


def _forms(message: Message) -> list[str]:
    return [
        str(text)
        for text in (message.string if isinstance(message.string, (tuple, list)) else [message.string])
    ]


def _foreign_words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{2,}", PLACEHOLDER.sub(" ", text))) - NAMES


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_nothing_is_missing_and_nothing_is_left_over(
    locale: str, template: Catalog, stored: dict[str, Catalog]
) -> None:
    assert len(template) > 1_000
    assert list(catalogues.missing(locale, template)) == []
    assert {message.id for message in stored[locale]} == {message.id for message in template}, (
        "run the update command"
    )


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_each_translation_keeps_the_placeholders(locale: str, stored: dict[str, Catalog]) -> None:
    for message in stored[locale]:
        asked = {
            name
            for text in ([message.id] if isinstance(message.id, str) else message.id)
            for name in PLACEHOLDER.findall(text)
        }
        for text in _forms(message) if message.id else []:
            assert set(PLACEHOLDER.findall(text)) <= asked, message.id
            assert isinstance(message.id, tuple) or set(PLACEHOLDER.findall(text)) == asked, message.id
            has_values = "%(" in str(message.id)
            bare = PLACEHOLDER.sub("", text).replace("%%", "" if has_values else "%%")
            assert not has_values or "%" not in bare, f"a lone % breaks the formatting: {message.id}"
            assert has_values or "%%" not in bare, f"nothing is formatted, %% would show: {message.id}"


@pytest.mark.parametrize("locale", CHINESE)
def test_no_english_is_left_in_a_chinese_sentence(locale: str, stored: dict[str, Catalog]) -> None:
    left = {
        message.id: text
        for message in stored[locale]
        if message.id
        for text in _forms(message)
        if _foreign_words(text)
    }
    assert left == {}


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_the_compiled_catalogue_is_of_this_text(locale: str, stored: dict[str, Catalog]) -> None:
    path = catalogues.HERE / locale / "LC_MESSAGES" / "messages.mo"
    assert path.read_bytes() == catalogues.compiled(catalogues.read(locale))


def _enums() -> list[type[LabelEnum]]:
    """Return every labelled enum of the portal; a test may make one of its own."""
    found = LabelEnum.__subclasses__()
    for enum in found:
        found.extend(enum.__subclasses__())
    return [enum for enum in found if not enum.__module__.startswith("tests.")]


def _labels() -> Iterator[tuple[str, Any]]:
    for mapper in FabModel.registry.mappers:
        for column in mapper.local_table.columns:
            for part in ("label", "help"):
                if column.info.get(part):
                    yield f"{column} {part}", column.info[part]
    for enum in _enums():
        yield from ((f"{enum.__name__}.{member.name}", member.label) for member in enum)
    for entry in SCREENS:
        yield f"{entry.screen.__name__}.title", entry.screen.title
        yield f"{entry.screen.__name__}.title_one", entry.screen.title_one
    yield from ((f"area {area.key}", area.label) for area in AREAS)
    yield from ((f"page {page.endpoint}", page.title) for page in PAGES)
    yield from ((f"report {report.key}", report.title) for report in REPORTS)
    yield from ((f"job {kind.name}", kind.label) for kind in JOBS.values())
    for importer in IMPORTERS.values():
        yield f"import {importer.key}", importer.label
        yield from ((f"import {importer.key} {field.name}", field.label) for field in importer.fields)


@pytest.mark.parametrize("locale", CHINESE)
def test_every_declared_label_is_chinese(locale: str, speaking: Flask) -> None:
    labels = list(_labels())
    assert len(labels) > 700
    with speaking.test_request_context(), force_locale(locale):
        shown = {where: str(label) for where, label in labels}
    empty = [where for where, text in shown.items() if not text]
    english = {where: text for where, text in shown.items() if _foreign_words(text)}
    assert (empty, english) == ([], {})


def _glossary() -> list[tuple[str, str, str]]:
    """Return (English, zh, zh_Hant_TW) of each single term of docs/glossary.md."""
    terms: list[tuple[str, str, str]] = []
    for line in (catalogues.ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4 or cells[0] in {"English", "---"}:
            continue
        english, *chinese = (re.split(r"\s*[,、/]\s*", re.sub(r"\s*\(.*?\)", "", cell)) for cell in cells[:3])
        if all(len(words) == len(english) for words in chinese):
            terms.extend(zip(english, *chinese, strict=True))
    return terms


def test_the_glossary_binds(stored: dict[str, Catalog]) -> None:
    """A message that is a term of the glossary, in singular or plural, has the glossary's word."""
    terms = {english.lower(): words for english, *words in _glossary()}
    checked, wrong = 0, []
    for locale, place in (("zh", 0), ("zh_Hant_TW", 1)):
        for message in stored[locale]:
            key = message.id.lower() if isinstance(message.id, str) else ""
            words = terms.get(key) or terms.get(key.removesuffix("s"))
            if words is not None:
                checked += 1
                wrong += (
                    [(locale, message.id, message.string, words[place])]
                    if message.string != words[place]
                    else []
                )
    assert wrong == []
    assert checked >= 50
