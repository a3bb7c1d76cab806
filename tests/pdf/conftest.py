"""A tiny portal for documents: Flask and Babel with a small catalogue of its own, no database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import Babel

TRANSLATIONS = {
    "zh": {
        "Marketing plan approval sheet": "营销计划审批表",
        "Plan approval compliance report": "计划审批合规报告",
        "Page %(page)s of %(pages)s": "第 %(page)s 页 / 共 %(pages)s 页",
        "Direct superior": "直属上级",
        "In force": "已生效",
        "Proxy for %(person)s": "代理 %(person)s",
    },
    "zh_Hant_TW": {
        "Marketing plan approval sheet": "營銷計劃審批表",
        "Plan approval compliance report": "計劃審批合規報告",
        "Page %(page)s of %(pages)s": "第 %(page)s 頁 / 共 %(pages)s 頁",
        "Direct superior": "直屬上級",
        "In force": "已生效",
        "Proxy for %(person)s": "代理 %(person)s",
    },
}
"""Enough to prove that a document speaks the language asked for; the real catalogues have their own test."""


def write_catalogues(folder: Path) -> None:
    """Write the small catalogues in the form that Babel reads."""
    for locale, table in TRANSLATIONS.items():
        catalogue = Catalog(locale=locale)
        for message, translation in table.items():
            catalogue.add(message, translation)
        target = folder / locale / "LC_MESSAGES"
        target.mkdir(parents=True)
        with (target / "messages.mo").open("wb") as file:
            write_mo(file, catalogue)


def make_app(translations: Path) -> Flask:
    """Return an application that can translate and nothing else; its own language is English."""
    app = Flask("documents")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations)
    Babel(app)
    return app


@pytest.fixture(scope="package")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, not pushed."""
    folder = tmp_path_factory.mktemp("translations")
    write_catalogues(folder)
    return make_app(folder)


@pytest.fixture
def printing(documents: Flask) -> Iterator[Flask]:
    """The application with its context pushed, as within a request or a job."""
    with documents.app_context():
        yield documents
