"""A record's page in a real browser: tabs, comments that name people, files that are dropped and shown, print."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.conftest import Served, serve_copy

DIRECTOR, NAMED, NAMED_CALLED = "mkt-director", "promo-manager", "许扬"
AXE = Path(__file__).with_name("axe.min.js")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "050001a5f645400000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n"


@pytest.fixture(scope="module")
def portal(demo_company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One portal of this module alone: what is tried here knows no database, but leaves comments and files."""
    with serve_copy(demo_company, tmp_path_factory.mktemp("record") / "instance") as served:
        yield served


@pytest.fixture
def page(portal: Served, browser: Browser) -> Iterator[Page]:
    """The director's browser; a complaint of the browser about the page fails the test."""
    page = portal.log_in(browser, DIRECTOR)
    complaints: list[str] = []
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    page.on("console", lambda note: complaints.append(note.text) if "Content Security" in note.text else None)
    yield page
    assert complaints == []
    page.context.close()


def _open(page: Page, portal: Served, tab: str, path: str = "/customers/show/1") -> None:
    page.goto(f"{portal.address}{path}")
    page.locator(f"#tab-{tab}").click()
    expect(page.locator(f"#pane-{tab}")).to_be_visible()
    expect(page.locator(f"#pane-{tab} [data-loading]")).to_have_count(0)


def _violations(page: Page, within: str) -> list[str]:
    """Return what the accessibility checker says of a part of the page."""
    found: list[str] = page.evaluate(
        f"{AXE.read_text()};axe.run({within!r}, {{runOnly: {LEVELS!r}}}).then("
        "(said) => said.violations.map((one) => `${one.id}: ${one.nodes[0].html}`))"
    )
    return found


def test_a_tab_is_kept_in_the_address_and_moved_by_keys(page: Page, portal: Served) -> None:
    page.goto(f"{portal.address}/plans/show/12")
    page.locator("#tab-details").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#pane-plan-goals")).to_be_visible()
    expect(page.locator("#pane-details")).to_be_hidden()
    page.locator("#tab-history").click()
    expect(page).to_have_url(re.compile("#history$"))
    page.reload()
    expect(page.locator("#pane-history .events-item").first).to_be_visible()
    expect(page.locator("#tab-history")).to_have_attribute("aria-selected", "true")


def test_the_neighbours_of_the_list_are_a_step_away(page: Page, portal: Served) -> None:
    page.goto(f"{portal.address}/plans/list/?f.plan_type.in=quarter")
    links = page.locator("#list tbody a[href*='/show/']")
    first, second = (links.nth(number).get_attribute("href") for number in (0, 1))
    links.first.click()
    expect(page.locator("[data-way-place]")).to_have_text(re.compile(r"^1 of \d+$"))
    expect(page.locator("[data-way=previous]")).not_to_have_attribute("href", re.compile("."))
    page.locator("[data-way=next]").click()
    expect(page).to_have_url(f"{portal.address}{second}")
    page.locator("[data-way=previous]").click()
    expect(page).to_have_url(f"{portal.address}{first}")
    page.locator("[data-list-link]").click()
    expect(page).to_have_url(re.compile("f.plan_type.in=quarter"))


def test_a_comment_names_a_colleague_who_is_told(page: Page, portal: Served, browser: Browser) -> None:
    _open(page, portal, "comments")
    page.locator("#comment-body").press_sequentially(f"请看 @{NAMED[:5]}")
    expect(page.locator(".people [role=option]")).to_have_count(1)
    assert _violations(page, "main") == []
    page.keyboard.press("Enter")
    page.keyboard.type("好吗")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".comment .mention")).to_have_text(f"@{NAMED_CALLED}")
    expect(page.locator("[data-count-of=comments]")).to_have_text("1")
    expect(page.locator("#comment-body")).to_be_focused()
    named = portal.log_in(browser, NAMED)
    expect(_notice(named, portal)).to_be_visible()
    page.locator(".comment").get_by_role("button", name="Take back").click()
    page.locator("dialog[open] .btn-primary").click()
    expect(page.locator(".comment")).to_contain_text("taken back")
    expect(page.locator("[data-count-of=comments]")).to_have_text("")
    named.context.close()


def _notice(page: Page, portal: Served) -> Locator:
    """Return the notice's headline, after the relay has delivered it."""
    for _ in range(30):
        page.goto(f"{portal.address}/notices/")
        if page.get_by_text("named you in a comment").count():
            break
        page.wait_for_timeout(1000)
    return page.get_by_text("named you in a comment").first


def test_files_are_attached_shown_and_refused_in_place(page: Page, portal: Served) -> None:
    _open(page, portal, "files")
    files = page.locator("#file-input")
    picture: FilePayload = {"name": "pic.png", "mimeType": "image/png", "buffer": PNG}
    offer: FilePayload = {"name": "offer.pdf", "mimeType": "application/pdf", "buffer": PDF}
    trap: FilePayload = {"name": "trap.png", "mimeType": "image/png", "buffer": b"<html>"}
    files.set_input_files([picture, offer])
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator(".file-table tbody tr")).to_have_count(2)
    expect(page.locator("[data-count-of=files]")).to_have_text("2")
    assert _violations(page, "main") == []
    page.locator("a[data-preview=picture]").click()
    expect(page.locator("dialog[open] img")).to_have_js_property("naturalWidth", 1)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    with page.expect_response(re.compile("/customers/preview/")) as shown:
        page.locator("a[data-preview=pdf]").click()
    assert shown.value.headers["content-type"] == "application/pdf"
    page.locator("dialog[open]").get_by_role("button").click()
    files.set_input_files(trap)
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator(".files [role=alert]")).to_contain_text("trap.png")
    expect(page.locator(".file-table tbody tr")).to_have_count(2)


def test_a_file_is_dropped_onto_the_form(page: Page, portal: Served) -> None:
    _open(page, portal, "files", "/customers/show/2")
    data = page.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['a,b'], 'list.csv')); return data; }"
    )
    page.dispatch_event("[data-file-form]", "drop", {"dataTransfer": data})
    expect(page.locator(".file-table tbody tr")).to_contain_text("list.csv")


def test_on_paper_everything_is_open(page: Page, portal: Served) -> None:
    page.goto(f"{portal.address}/plans/show/12")
    page.emulate_media(media="print")
    for pane in ("details", "plan-goals", "budget-lines", "plan-milestones", "approval"):
        expect(page.locator(f"#pane-{pane}")).to_be_visible()
    for frame in ("#sidebar", ".topbar", ".record-tabs", "#pane-history"):
        expect(page.locator(frame)).to_be_hidden()


def test_without_scripts_the_parts_stand_one_below_another(portal: Served, browser: Browser) -> None:
    logged_in = portal.log_in(browser, DIRECTOR)
    context = browser.new_context(java_script_enabled=False, storage_state=logged_in.context.storage_state())
    page = context.new_page()
    page.goto(f"{portal.address}/plans/show/12")
    for pane in ("details", "budget-lines", "approval", "comments"):
        expect(page.locator(f"#pane-{pane}")).to_be_visible()
    page.locator("#pane-comments a").click()
    page.fill("#comment-body", "ohne Skript")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".comment-text").first).to_have_text("ohne Skript")
    context.close()
    logged_in.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_every_tab_fits_and_is_accessible(portal: Served, browser: Browser, scheme: str) -> None:
    page = portal.log_in(browser, DIRECTOR, width=390)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{portal.address}/plans/show/12")
    for tab in page.locator("[data-tab]").all():
        tab.click()
        name = tab.get_attribute("data-tab")
        expect(page.locator(f"#pane-{name} [data-loading]")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        assert _violations(page, "main") == [], name
    page.context.close()
