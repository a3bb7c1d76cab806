"""What the lists do by script: drag and keyboard moves on the board, ticked rows, exports that follow the filters, the calendar."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OWNER, DIRECTOR = "pricing-analyst", "mkt-director"
"""Who has two drafts and one submitted pricing rule in the demo company; who may export."""
BOARD = "/pricing-rules/list/?layout=board"
AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def owner(sqlite_portal: Served, browser: Browser) -> Iterator[Page]:
    """The owner of the pricing rules, with a page that fails the test when something complains in the console."""
    yield from _person(sqlite_portal, browser, OWNER)


@pytest.fixture
def director(sqlite_portal: Served, browser: Browser) -> Iterator[Page]:
    """Somebody who may export."""
    yield from _person(sqlite_portal, browser, DIRECTOR)


def _person(portal: Served, browser: Browser, name: str) -> Iterator[Page]:
    page, complaints = portal.log_in(browser, name, width=1500), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.context.close()
    assert [text for text in complaints if "status of 4" not in text] == [], complaints


def _open(page: Page, portal: Served, path: str) -> None:
    page.goto(portal.address + path)


def _column(page: Page, status: str) -> Locator:
    return page.locator(f".board-column[data-status={status}]")


def _drag(page: Page, card: Locator, status: str) -> None:
    """Drag a card by its upper right corner over a column and let it go."""
    box, goal = card.bounding_box(), _column(page, status).locator(".board-cards").bounding_box()
    assert box is not None
    assert goal is not None
    page.mouse.move(box["x"] + box["width"] - 12, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"], box["y"] + 20, steps=5)
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + 20, steps=12)
    expect(page.locator(".board.is-dragging")).to_be_visible()
    page.mouse.up()


def _violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: list[str] = page.evaluate(
        "async (tags) => (await axe.run(document.querySelector('main'), {runOnly: tags})).violations.map((one) => one.id)",
        WCAG,
    )
    return found


def test_a_card_goes_only_where_it_may_by_mouse_and_by_keys(owner: Page, sqlite_portal: Served) -> None:
    _open(owner, sqlite_portal, BOARD)
    drafts = _column(owner, "draft").locator(".board-card")
    expect(drafts).to_have_count(2)
    key = drafts.first.get_attribute("data-key")
    card = owner.locator(f"[data-key='{key}']")
    _drag(owner, card, "returned")
    expect(_column(owner, "draft").locator(f"[data-key='{key}']")).to_be_visible()
    expect(owner.locator(".board-message")).to_be_hidden()

    _drag(owner, card, "in_review")
    expect(owner.locator(".board-message")).to_contain_text("is now in “In review”")
    expect(_column(owner, "in_review").locator(f"[data-key='{key}']")).to_be_visible()
    expect(_column(owner, "draft").locator(".board-count")).to_have_text("1")
    expect(card.locator("summary")).to_be_focused()

    owner.keyboard.press("Enter")
    owner.keyboard.press("Tab")
    owner.keyboard.press("Enter")
    expect(_column(owner, "withdrawn").locator(f"[data-key='{key}']")).to_be_visible()
    expect(card.locator("summary")).to_be_focused()
    assert _violations(owner) == []


def test_a_refused_card_goes_back_with_the_sentence(owner: Page, sqlite_portal: Served) -> None:
    """The portal decides: what the page believed to be possible is not any more."""
    _open(owner, sqlite_portal, BOARD)
    drafts = _column(owner, "draft").locator(".board-card")
    expect(drafts).to_have_count(2)
    names = drafts.locator(".board-title").all_inner_texts()
    key = drafts.first.get_attribute("data-key")
    with sqlite3.connect(sqlite_portal.log.parent / "yingce.db") as database:
        database.execute("UPDATE pricing_rule SET deleted_at = created_at WHERE id = ?", (key,))
    _drag(owner, owner.locator(f"[data-key='{key}']"), "in_review")
    message = owner.locator(".board-message.flash-danger")
    expect(message).to_be_visible()
    assert len(message.inner_text()) > 10
    assert _column(owner, "draft").locator(".board-title").all_inner_texts() == names


def test_ticked_rows_are_counted_asked_about_reported_and_brought_back(
    owner: Page, sqlite_portal: Served
) -> None:
    _open(owner, sqlite_portal, "/pricing-rules/list/?sort=code")
    bar, boxes = owner.locator(".bulk-bar"), owner.locator("input[name=row]")
    expect(bar).to_be_hidden()
    owner.get_by_label("Tick the whole page").first.check()
    expect(bar.locator(".bulk-count")).to_have_text("9 ticked")
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()
    boxes.nth(0).check()
    boxes.nth(8).check()
    assert _violations(owner) == []
    bar.get_by_role("button", name="Delete").click()
    dialog = owner.get_by_role("dialog", name="Move 2 records into the bin?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Delete").click()
    rows = owner.locator(".sheet tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Refused")
    expect(rows.nth(1)).to_contain_text("Done")
    assert _violations(owner) == []
    owner.get_by_role("button", name="Undo").click()
    expect(owner.locator(".sheet tbody tr")).to_have_count(1)
    expect(owner.locator(".sheet tbody")).to_contain_text("Restored.")
    owner.get_by_role("link", name="Back to the list").click()
    expect(boxes).to_have_count(9)


def test_the_export_and_the_other_forms_follow_a_filter_that_brought_only_the_list(
    director: Page, sqlite_portal: Served, tmp_path: Path
) -> None:
    _open(director, sqlite_portal, "/plans/list/")
    director.evaluate("window.stayed = true")
    director.get_by_role("searchbox").fill("媒介合作组")
    expect(director.locator(".sheet tbody tr").filter(has_not_text="媒介合作组")).to_have_count(0)
    count = director.locator("input[name=row]").count()
    assert director.evaluate("window.stayed"), "the page was not loaded anew"
    director.get_by_role("button", name="Export").click()
    with director.expect_download() as waiting:
        director.get_by_role("button", name="Excel workbook").click()
    path = tmp_path / "plans.xlsx"
    waiting.value.save_as(path)
    rows = list(openpyxl.load_workbook(path).worksheets[0].values)
    assert len(rows) - 1 == count > 0
    assert all("媒介合作组" in str(row[1]) for row in rows[1:])
    director.get_by_role("link", name="Timeline").click()
    expect(director.locator(".timeline-bars")).to_contain_text("媒介合作组")
    assert "q=" in director.url
    assert _violations(director) == []


def test_the_calendar_shows_events_that_lead_to_their_record(director: Page, sqlite_portal: Served) -> None:
    _open(director, sqlite_portal, "/plans/list/?layout=calendar")
    calendar = director.locator("#calendar")
    event = calendar.locator("a", has_text="营销计划").first
    expect(event).to_be_visible()
    assert _violations(director) == []
    calendar.get_by_text("List", exact=True).click()
    expect(calendar.locator("a", has_text="营销计划").first).to_be_visible()
    assert _violations(director) == []
    calendar.locator("a", has_text="营销计划").first.click()
    director.wait_for_url("**/plans/show/*")
