"""Keeps the message catalogues in step with the sources: `python -m app.translations.catalogues update | missing`.

English is the language of the sources, so its catalogue is filled by itself. The same sources always give the
same bytes: messages in the order of their text, no dates, no line numbers.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDERS = ("app", "models", "reports", "views")
LOCALES = ("zh", "zh_Hant_TW", "en")
KEYWORDS = {**DEFAULT_KEYWORDS, "_": None, "_l": None, "lazy_gettext": None}
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # a date of its own would make every update a change


def extract() -> Catalog:
    """Return the template: every message of the sources with the files that it stands in."""
    with (HERE / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    template = _empty(None)
    for folder in FOLDERS:
        found = extract_from_dir(
            ROOT / folder, method_map=methods, options_map=options, keywords=KEYWORDS, strip_comment_tags=True
        )
        for name, _line, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
            template.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return template


def read(locale: str) -> Catalog:
    """Return the stored catalogue of a locale."""
    with _path(locale, "po").open("rb") as file:
        return read_po(file, locale=locale)


def missing(locale: str, template: Catalog) -> Iterator[str]:
    """Yield the messages of the sources that the locale's catalogue does not translate."""
    stored = read(locale)
    for message in _messages(template):
        own = stored.get(message.id, message.context)
        if (
            own is None
            or own.fuzzy
            or not own.string
            or (isinstance(own.string, tuple) and not all(own.string))
        ):
            yield str(message.id)


def compiled(catalogue: Catalog) -> bytes:
    """Return the compiled form of a catalogue, as it is committed beside the text."""
    out = BytesIO()
    _undate(catalogue)
    write_mo(out, catalogue)
    return out.getvalue()


def update() -> None:
    """Bring template and catalogues into step with the sources; translations of vanished messages go."""
    template = extract()
    _write(HERE / "messages.pot", template)
    for locale in LOCALES:
        path = _path(locale, "po")
        path.parent.mkdir(parents=True, exist_ok=True)
        stored = read(locale) if path.exists() else _empty(locale)
        stored.update(template, no_fuzzy_matching=True)
        stored.obsolete.clear()
        if locale == "en":
            for message in _messages(stored):
                message.string = message.id
        _write(path, stored)
        _path(locale, "mo").write_bytes(compiled(read(locale)))


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _empty(locale: str | None) -> Catalog:
    return _undate(Catalog(locale=locale, project="Yingce", version="1", charset="utf-8", fuzzy=False))


def _undate(catalogue: Catalog) -> Catalog:
    catalogue.creation_date = catalogue.revision_date = EPOCH
    catalogue.header_comment = "# Messages of the portal; see README.md beside this folder."
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = ""
    return catalogue


def _path(locale: str, kind: str) -> Path:
    return HERE / locale / "LC_MESSAGES" / f"messages.{kind}"


def _write(path: Path, catalogue: Catalog) -> None:
    out = BytesIO()
    write_po(out, _undate(catalogue), width=0, sort_output=True, include_lineno=False, ignore_obsolete=True)
    path.write_bytes(out.getvalue())


@click.command()
@click.argument("verb", type=click.Choice(["update", "missing"]))
def main(verb: str) -> None:
    """Update the catalogues, or tell what they miss; exit 1 when something is missing."""
    if verb == "update":
        update()
    template = extract()
    gaps = [f"{locale}: {text}" for locale in LOCALES for text in missing(locale, template)]
    click.echo("\n".join([*gaps, f"{len(gaps)} translations missing."]))
    sys.exit(1 if gaps else 0)


if __name__ == "__main__":
    main()
