"""The renderer: fonts, glyphs, metadata, equal bytes, and what a document may not load."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

import pikepdf
import pytest
from flask import Flask

from app.core.errors import BadInput
from reports.plan_approval_sheet import PlanApprovalSheet
from reports.render import (
    ASSETS,
    STYLESHEET,
    ForbiddenResource,
    MissingFont,
    MissingGlyph,
    RenderedPdf,
    html_to_pdf,
    render_pdf,
)
from tests.pdf.conftest import TRANSLATIONS
from tests.pdf.reading import facts_of, fonts_of, page_sizes, pages_of, squeezed
from tests.pdf.samples import MADE_AT, plan_sheet

FAMILY = "Noto Sans CJK SC"
LOCALES = {
    "zh": ("zh-CN", "NotoSansCJKsc"),
    "zh_Hant_TW": ("zh-TW", "NotoSansCJKtc"),
    "en": ("en", "NotoSansCJKsc"),
}
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def print_sheet(locale: str) -> RenderedPdf:
    return PlanApprovalSheet().print(plan_sheet(), locale=locale, generated_by="钱喆", generated_at=MADE_AT)


def page(body: str, head: str = "") -> str:
    return f'<html lang="zh-CN"><head><style>html {{ font-family: "{FAMILY}" }}</style>{head}</head><body>{body}</body></html>'


@pytest.fixture(params=sorted(LOCALES))
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_font_is_embedded_and_is_ours(printing: Flask, locale: str) -> None:
    names = [font["name"].partition("+")[2] for font in fonts_of(print_sheet(locale).content)]
    assert names
    assert {name.lower().replace("-", "") for name in names} <= {
        LOCALES[locale][1].lower(),
        f"{LOCALES[locale][1].lower()}bold",
    }
    assert all(
        font["emb"] == font["sub"] == font["uni"] == "yes" for font in fonts_of(print_sheet(locale).content)
    )


def test_metadata_names_the_document_its_company_and_its_language(printing: Flask, locale: str) -> None:
    rendered = print_sheet(locale)
    facts = facts_of(rendered.content)
    assert "MP-2026-0012" in facts["Title"]
    assert "LANXU" in facts["Author"]
    assert facts["Pages"] == str(rendered.pages)
    with pikepdf.open(BytesIO(rendered.content)) as pdf:
        assert str(pdf.Root.Lang) == LOCALES[locale][0]
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20260403011530")


def test_the_file_declares_archive_format_a_3b(printing: Flask) -> None:
    with pikepdf.open(BytesIO(print_sheet("zh").content)) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
        assert pdf.Root.OutputIntents[0].DestOutputProfile is not None
        assert len(pdf.trailer.ID) == 2


@pytest.mark.parametrize("chinese", ["zh", "zh_Hant_TW"])
def test_chinese_text_can_be_extracted(printing: Flask, chinese: str) -> None:
    text = squeezed("".join(pages_of(print_sheet(chinese).content)))
    assert TRANSLATIONS[chinese]["Marketing plan approval sheet"] in text
    assert "2026年第二季度营销计划" in text
    assert "目标客群为28—45岁都市职业女性。" in text


def test_the_same_input_gives_the_same_bytes(printing: Flask, locale: str) -> None:
    first, second = print_sheet(locale), print_sheet(locale)
    assert first == second


def test_another_process_gives_the_same_bytes(printing: Flask) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.pdf.conftest import make_app\n"
        "from tests.pdf.test_render import print_sheet\n"
        "with make_app(Path(sys.argv[1])).app_context():\n"
        "    print(print_sheet('zh').sha256)\n"
    )
    translations = printing.config["BABEL_TRANSLATION_DIRECTORIES"]
    done = subprocess.run(
        [sys.executable, "-c", code, translations],
        capture_output=True,
        check=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "4711", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )
    assert done.stdout.decode().strip() == print_sheet("zh").sha256


@pytest.fixture(scope="module")
def spy() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine that notes each request."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="{url}/img">',
        '<link rel="stylesheet" href="{url}/css">',
        "<style>@import url({url}/import);</style>",
        "<style>@font-face {{ font-family: x; src: url({url}/font) }} p {{ font-family: x }}</style>",
        '<p style="background-image: url({url}/background)">x</p>',
        '<object data="{url}/object"></object>',
        '<embed src="{url}/embed">',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{url}/nested"/></svg>',
        '<link rel="attachment" href="{url}/attachment">',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<img src="file:///etc/hostname">',
        '<img src="file://127.0.0.1/etc/hostname">',
        '<img src="../render.py">',
        '<img src="%2e%2e/render.py">',
        '<img src="ftp://127.0.0.1/x">',
    ],
)
def test_nothing_outside_of_the_assets_is_loaded(hostile: str, spy: tuple[str, list[str]]) -> None:
    url, seen = spy
    part = hostile.format(url=url)
    head, body = (part, "") if part.startswith(("<link", "<style")) else ("", part)
    with pytest.raises(ForbiddenResource):
        html_to_pdf(page(f"<p>x</p>{body}", head), family=FAMILY)
    assert seen == []


def test_a_link_out_of_the_assets_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "link.svg").symlink_to(secret)
    monkeypatch.setattr("reports.render.ASSETS", assets)
    with pytest.raises(ForbiddenResource, match="link"):
        html_to_pdf(page('<img src="link.svg">'), family=FAMILY, stylesheet=STYLESHEET)


def test_data_urls_and_assets_are_loaded() -> None:
    html = page(
        f'<img src="{DOT}">价格', f'<link rel="stylesheet" href="{(ASSETS / "report.css").as_uri()}">'
    )
    assert "价格" in pages_of(html_to_pdf(html, family=FAMILY).content)[0]


def test_what_people_type_is_text_and_never_markup(printing: Flask, spy: tuple[str, list[str]]) -> None:
    url, seen = spy
    strategy = f'<img src="{url}/x"><script>1</script> & {{{{ 7 * 7 }}}} <b>fett</b>'
    rendered = PlanApprovalSheet().print(
        plan_sheet(name="<h1>Plan</h1>", strategy=strategy),
        locale="en",
        generated_by="x",
        generated_at=MADE_AT,
    )
    text = squeezed("".join(pages_of(rendered.content)))
    assert "<h1>Plan</h1>" in text
    assert squeezed(strategy) in text
    assert seen == []


def test_a_character_that_no_font_has_is_named() -> None:
    with pytest.raises(MissingGlyph) as refusal:
        html_to_pdf(page("<p>策略\U000f0000</p>"), family=FAMILY)
    assert "U+F0000" in str(refusal.value)
    assert refusal.value.code == "missing-glyph"


def test_rare_names_have_glyphs() -> None:
    names = "钱喆 王堃 李䶮 朱镕基 陶喆 𠮷野 张昇 骨直角遍誤"
    assert squeezed(names) in squeezed(
        pages_of(html_to_pdf(page(f"<p>{names}</p>"), family=FAMILY).content)[0]
    )


def test_a_missing_family_tells_which_package_to_install() -> None:
    html = page("<p>营销计划</p>").replace(FAMILY, "Nowhere Sans")
    with pytest.raises(MissingFont, match="fonts-noto-cjk"):
        html_to_pdf(html, family="Nowhere Sans")


def test_text_that_falls_back_to_another_family_is_found() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="9" font-family="DejaVu Sans"><text y="8">Plan</text></svg>'
    with pytest.raises(MissingFont, match="DejaVu Sans"):
        html_to_pdf(page(svg), family=FAMILY)


def test_an_unknown_language_is_refused(printing: Flask) -> None:
    with pytest.raises(BadInput):
        render_pdf("plan_approval_sheet.html", {}, locale="fr")


def test_without_an_application_the_message_says_what_to_do() -> None:
    with pytest.raises(RuntimeError, match="app_context"):
        render_pdf("plan_approval_sheet.html", {}, locale="zh")


def test_pages_are_a4(printing: Flask) -> None:
    assert {(round(w), round(h)) for w, h in page_sizes(print_sheet("zh").content)} == {(595, 842)}


def test_no_type_is_smaller_than_seven_points() -> None:
    sizes = [float(text.split("pt")[0]) for text in STYLESHEET.read_text().split("font-size:")[1:]]
    assert len(sizes) > 20
    assert min(sizes) >= 7
