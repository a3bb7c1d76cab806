"""HTML to PDF/A-3b: the only module that imports WeasyPrint.

A document may load nothing but `data:` URLs and files below `reports/assets`; whatever else it asks
for is refused and fails the document, because our templates never ask. Equal input gives equal
bytes: no clock and no random number is read here, the creation date comes with the document.
"""

import gc
import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import has_app_context
from flask_babel import force_locale
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from app.core.errors import BadInput, RuleViolation
from app.core.i18n import lazy_gettext as _l
from reports.templating import FONT_FAMILIES, render_html

ASSETS = Path(__file__).parent / "assets"
STYLESHEET = ASSETS / "report.css"
FONT_PACKAGE = "fonts-noto-cjk"

_one_at_a_time = threading.Lock()
"""Rendering is bound to the interpreter lock anyway; one at a time keeps the memory of one."""


class RenderError(Exception):
    """The document cannot be printed correctly; the message says what is wrong and what to do."""


class ForbiddenResource(RenderError):
    """The document asked for something outside of its own assets."""


class MissingFont(RenderError):
    """The machine lacks the font family of the documents."""


class MissingGlyph(RuleViolation):
    """No font of the machine can draw a character of the document; its author can correct the text."""

    def __init__(self, characters: Iterable[str]) -> None:
        named = _named(characters)
        super().__init__(
            "missing-glyph",
            _l(
                "The document cannot be printed: no installed font can draw %(characters)s. "
                "Correct the text, or ask the administrator to install a font that has it.",
                characters=named,
            ),
            details={"characters": named},
        )


@dataclass(frozen=True, slots=True)
class RenderedPdf:
    """A finished PDF.

    Attributes:
        content: the bytes of the file.
        sha256: digest of the file (64 hexadecimal digits); the footer carries that of the data.
        pages: number of pages.
        file_name: name under which it is downloaded: ASCII, no path.
    """

    content: bytes
    sha256: str
    pages: int
    file_name: str = "document.pdf"


class AssetFetcher(URLFetcher):
    """Serves `data:` URLs and files below `reports/assets`; refuses and remembers everything else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data", "file"), allow_redirects=False)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return the resource.

        Raises:
            ForbiddenResource: the URL is neither `data:` nor a file below the assets folder.
        """
        if not _is_allowed(url):
            self.refused.append(url)
            message = f"a document may not load {url}"
            raise ForbiddenResource(message)
        return super().fetch(url, headers)


def _is_allowed(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "data":
        return True
    if parts.scheme != "file" or parts.netloc:
        return False
    return Path(unquote(parts.path)).resolve().is_relative_to(ASSETS.resolve())


def render_pdf(
    template: str,
    context: Mapping[str, object],
    *,
    locale: str,
    stylesheet: Path = STYLESHEET,
) -> RenderedPdf:
    """Render a template of `reports/templates` to PDF/A-3b in one of the portal's languages.

    Needs an application context (a request, a job or a command), because translations live there.

    Args:
        template: file name below `reports/templates`.
        context: what the template names; text is escaped, only `Markup` of our charts is not.
        locale: `zh`, `zh_Hant_TW` or `en`.
        stylesheet: a file below `reports/assets`.

    Raises:
        BadInput: a language that the portal does not speak.
        ForbiddenResource, MissingFont, MissingGlyph: the document would not be printed correctly.
        RuntimeError: called outside of an application context.
    """
    if not has_app_context():
        message = "render_pdf needs an application context: push app.app_context() around the job"
        raise RuntimeError(message)
    if locale not in FONT_FAMILIES:
        raise BadInput("unknown-language", _l("Documents are not available in this language."))
    with force_locale(locale):
        html = render_html(template, context, locale=locale)
    return html_to_pdf(html, family=FONT_FAMILIES[locale], stylesheet=stylesheet)


def html_to_pdf(html: str, *, family: str, stylesheet: Path = STYLESHEET) -> RenderedPdf:
    """Turn finished HTML into PDF/A-3b whose text is set in one font family.

    Raises:
        ForbiddenResource, MissingFont, MissingGlyph: the document would not be printed correctly.
    """
    fetcher = AssetFetcher()
    fonts = FontConfiguration()
    base = f"{ASSETS.as_uri()}/"
    with _one_at_a_time, _collector_paused():
        sheet = CSS(filename=stylesheet, url_fetcher=fetcher, font_config=fonts, base_url=base)
        page = HTML(string=html, base_url=base, url_fetcher=fetcher)
        document = page.render(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/a-3b")
        content: bytes = document.write_pdf(pdf_variant="pdf/a-3b")
    if fetcher.refused:
        message = f"the document asked for forbidden resources: {', '.join(fetcher.refused)}"
        raise ForbiddenResource(message)
    _check_fonts(document, family)
    return RenderedPdf(content, hashlib.sha256(content).hexdigest(), len(document.pages))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector: layout makes millions of live objects and hardly a dead cycle.

    Measured on a long table: 10.2 ms a row instead of 14.0.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _check_fonts(document: Document, family: str) -> None:
    """Fail if a character has no glyph, or if text of ours fell back to another family."""
    missing: set[str] = set()
    strays: dict[str, set[str]] = {}
    for font in document.fonts.values():
        missing.update(map(chr, font.missing))
        if font.family != family:
            drawn = {char for text in font.to_unicode.values() for char in text if _is_ours(char)}
            if drawn:
                strays.setdefault(font.family, set()).update(drawn)
    if strays:
        where = "; ".join(f"{_named(chars)} fell back to {name}" for name, chars in sorted(strays.items()))
        message = f"the font {family!r} is missing or was not asked for: {where}. Install {FONT_PACKAGE}."
        raise MissingFont(message)
    if missing:
        raise MissingGlyph(missing)


def _is_ours(char: str) -> bool:
    """Whether the document's own family has the character for certain: basic letters and Han.

    Anything else (emoji, Arabic …) may come from another installed font, as long as one has it.
    """
    return char.isalpha() and (char < "\u0250" or "\u3400" <= char <= "\u9fa5")


def _named(chars: Iterable[str]) -> str:
    shown = sorted(chars)
    named = ", ".join(f"{char!r} (U+{ord(char):04X})" for char in shown[:8])
    return named if len(shown) <= 8 else f"{named} and {len(shown) - 8} more"
