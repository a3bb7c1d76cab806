"""A list as a person uses it: searched, narrowed, sorted, turned, kept as a view and shared; only the list comes anew."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.browser.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DIRECTOR, COLLEAGUE = "mkt-director", "promo-manager"
CUSTOMERS = "/customers/list/"
AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def director(shared_portal: Served, browser: Browser) -> Iterator[Page]:
    """Somebody who sees all customers; his page fails the test when something complains in the console."""
    yield from _person(shared_portal, browser, DIRECTOR)


@pytest.fixture
def colleague(shared_portal: Served, browser: Browser) -> Iterator[Page]:
    """Somebody else."""
    yield from _person(shared_portal, browser, COLLEAGUE)


def _person(portal: Served, browser: Browser, name: str) -> Iterator[Page]:
    page, complaints = portal.log_in(browser, name), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.context.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def _open_menu(page: Page) -> Locator:
    return page.locator("details[open] .menu-panel")


def _add_filter(page: Page, field: str) -> Locator:
    """Open the form of a new filter and return it."""
    page.get_by_text("Filter", exact=True).click()
    _open_menu(page).get_by_role("button", name=field, exact=True).click()
    form = page.locator("details[open] .filter-form")
    expect(form).to_be_visible()
    return form


def _faults(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {{runOnly: {WCAG}}})")
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found["violations"]]


def test_a_customer_is_found_and_the_view_is_shared(
    shared_portal: Served, director: Page, colleague: Page
) -> None:
    """Part of a name, a status, a date, sorting, the next page, Back; then a view that somebody else opens."""
    page = director
    page.goto(shared_portal.address + CUSTOMERS)
    pages: list[Request] = []
    page.on("request", lambda request: pages.append(request) if request.is_navigation_request() else None)

    page.get_by_role("searchbox", name="Search").press_sequentially("上海", delay=30)
    expect(page.locator("#list-told")).to_have_text(re.compile(r"^\d+ rows$"))
    expect(page).to_have_url(re.compile("q=%E4%B8%8A%E6%B5%B7$"))
    for name in page.locator("tbody td[data-label=Name]").all_inner_texts():
        assert "上海" in name
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.get_by_role("link", name="Clear all").click()
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("")

    form = _add_filter(page, "Status")
    form.get_by_label("Active", exact=True).check()
    form.get_by_role("button", name="Apply").click()
    expect(page.locator(".chip")).to_have_text(re.compile("Status is Active"))
    form = _add_filter(page, "Created at")
    form.get_by_label("Comparison").select_option(label="is on or after")
    form.get_by_label("Created at").fill("2026-01-01")
    form.get_by_role("button", name="Apply").click()
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.locator(".chip").last).to_have_text(re.compile("Created at is on or after Jan 1, 2026"))

    page.get_by_role("link", name="Name", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Name")
    expect(page.locator("#sort-name")).to_be_focused()
    first = page.locator("tbody tr").first.inner_text()
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".pages span")).to_have_text("Page 2")
    assert page.locator("tbody tr").first.inner_text() != first
    page.go_back()
    expect(page.locator(".pages span")).to_have_text("Page 1")
    assert page.locator("tbody tr").first.inner_text() == first
    expect(page.locator(".chip")).to_have_count(2)
    assert pages == [], "a list interaction loaded a whole page"

    page.get_by_text("Views", exact=True).click()
    _open_menu(page).get_by_role("link", name="Save and manage views").click()
    page.get_by_label("Name of the new view").fill("活跃客户")
    page.get_by_label("Share it with everybody").check()
    page.get_by_role("button", name="Save as a view").click()
    expect(page.locator(".flash-success")).to_have_text("The view was saved.")
    expect(page.locator(".menu-name")).to_have_text("活跃客户")

    colleague.goto(shared_portal.address + CUSTOMERS)
    colleague.get_by_text("Views", exact=True).click()
    _open_menu(colleague).get_by_role("link", name="活跃客户").click()
    expect(colleague.locator(".menu-name")).to_have_text("活跃客户")
    expect(colleague.locator(".chip")).to_have_count(2)
    assert colleague.locator("tbody tr").first.inner_text() == first
    colleague.get_by_role("link", name=re.compile("Remove the filter: Status")).click()
    expect(colleague.locator(".chip")).to_have_count(1)
    expect(colleague.get_by_text("· changed")).to_be_visible()
    expect(colleague.get_by_role("button", name="Update view")).to_have_count(0)


def test_columns_outlive_a_reload(shared_portal: Served, director: Page) -> None:
    """Chosen, moved by keyboard, kept by the account; and put back."""
    page = director
    page.goto(shared_portal.address + CUSTOMERS)
    heads = page.locator("thead th[scope=col]")
    declared = heads.all_inner_texts()
    page.get_by_role("link", name="Columns").click()
    dialog = page.locator("#list-dialog")
    dialog.get_by_role("checkbox", name="Country").uncheck()
    dialog.get_by_role("checkbox", name="Responsible person").check()
    move = dialog.get_by_role("button", name="Move “Name” up")
    move.press("Enter")
    expect(move).to_be_focused()
    dialog.get_by_label("Compact").check()
    dialog.get_by_role("button", name="Save").last.click()
    expect(dialog).to_be_hidden()
    expect(heads.first).to_have_text("Name")
    page.reload()
    chosen = heads.all_inner_texts()
    assert chosen[0] == "Name"
    assert "Responsible person" in chosen
    assert "Country" not in chosen
    expect(page.locator(".table-wrap")).to_have_attribute("data-density", "compact")
    page.get_by_label("Rows per page").select_option("50")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("link", name="Columns").click()
    dialog.get_by_role("button", name="Columns as at first").click()
    expect(dialog).to_be_hidden()
    expect(heads).to_have_text(declared)


def test_a_chip_is_changed_where_it_stands(shared_portal: Served, director: Page) -> None:
    """A person is picked by name, a wrong amount is told, and the escape key closes what is open."""
    page = director
    page.goto(shared_portal.address + "/plans/list/")
    form = _add_filter(page, "Responsible person")
    form.get_by_label("Responsible person").last.fill("文")
    page.locator(".ts-dropdown .option", has_text="文嘉").click()
    form.get_by_role("button", name="Apply").click()
    expect(page.locator(".chip")).to_have_text(re.compile("Responsible person is 文嘉"))
    page.locator(".chip summary").click()
    assert _faults(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("details[name=list-menu][open]")).to_have_count(0)
    expect(page.locator(".chip summary")).to_be_focused()
    page.locator(".chip summary").press("Enter")
    form = page.locator("details[open] .filter-form")
    form.get_by_label("Comparison").select_option(label="is not")
    form.get_by_role("button", name="Apply").click()
    expect(page.locator(".chip")).to_have_text(re.compile("Responsible person is not 文嘉"))
    form = _add_filter(page, "Budget")
    form.get_by_label("Budget").fill("viel")
    form.get_by_role("button", name="Apply").click()
    expect(page.locator("details[open] .error")).to_have_text("“viel” is not a valid value of “Budget”.")
    form.get_by_label("Comparison").select_option(label="is between")
    form.get_by_label("From", exact=True).fill("1,000")
    form.get_by_label("To", exact=True).fill("2,000,000")
    form.get_by_role("button", name="Apply").click()
    expect(page.locator(".chip").last).to_have_text(
        re.compile(r"Budget is between 1,000\.00 – 2,000,000\.00")
    )


def test_the_menus_fit_a_phone(shared_portal: Served, browser: Browser) -> None:
    """At 390 px the menus come up from below, nothing overflows, and no rule of accessibility is broken."""
    page = shared_portal.log_in(browser, DIRECTOR, width=390)
    page.goto(shared_portal.address + CUSTOMERS + "?f.status.in=active")
    for name in ("Filter", "Views"):
        page.get_by_text(name, exact=True).click()
        panel = _open_menu(page)
        box = panel.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["y"] + box["height"] <= 900
        assert _faults(page) == []
        page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.context.close()
