"""The frame in a real browser: palette, keys, drawer, bell, charts; by keyboard, and without any refusal of the page's policy."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served

DIRECTOR, STAFF = "mkt-director", "editor-1"


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of during the test."""
    return []


@pytest.fixture
def page(shared_portal: Served, browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """The director's home page; no script failed and nothing was refused when the test ends."""
    opened = shared_portal.log_in(browser, DIRECTOR)
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{shared_portal.address}/")
    yield opened
    assert complaints == []
    opened.context.close()


def test_the_palette_finds_opens_remembers_and_gives_the_focus_back(
    page: Page, shared_portal: Served
) -> None:
    button = page.locator("[data-open-palette]")
    button.focus()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search or jump to")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()

    page.keyboard.press("Control+k")
    box.fill("MP-2026-0001")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("MP-2026-0001")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(first.get_attribute("id")))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/plans/show/\d+$"))
    record = page.url

    page.goto(f"{shared_portal.address}/")
    page.keyboard.press("Control+k")
    group = page.get_by_role("group", name="Recently opened")
    expect(group.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(record)


def test_the_palette_goes_to_pages_and_does_actions(page: Page) -> None:
    page.locator("[data-open-palette]").click()
    box = page.get_by_role("combobox", name="Search or jump to")
    box.fill("customers")
    expect(page.get_by_role("option", name="Customers").first).to_be_visible()
    box.fill("switch to dark")
    only = page.get_by_role("option")
    expect(only).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator("[data-open-palette]").click()
    box.fill("zzzzqq")
    expect(page.locator(".palette-none")).to_have_text("Nothing here matches.")
    expect(page.locator("[data-palette-all]")).to_have_attribute("href", "/search?q=zzzzqq")
    box.fill("switch to light")
    expect(only).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_single_keys_lead_through_a_list_and_never_while_typing(page: Page, shared_portal: Served) -> None:
    page.goto(f"{shared_portal.address}/plans/list/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    row = page.locator("tr.is-current")
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("aria-current", "true")
    second = page.locator(".sheet tbody tr").nth(1)
    expect(second).to_have_class(re.compile("is-current"))
    page.keyboard.press("k")
    expect(page.locator(".sheet tbody tr").first).to_have_class(re.compile("is-current"))
    page.keyboard.press("/")
    search = page.locator('main [data-key="/"]')
    expect(search).to_be_focused()
    page.keyboard.type("?cj")
    expect(search).to_have_value("?cj")
    expect(page.locator("#keys-sheet")).not_to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/plans/show/\d+"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url(f"{shared_portal.address}/approvals/")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search or jump to")).to_be_focused()
    page.keyboard.press("Escape")
    page.goto(f"{shared_portal.address}/plans/list/")
    page.keyboard.press("c")
    page.wait_for_url(f"{shared_portal.address}/plans/add")


def test_single_keys_can_be_switched_off(shared_portal: Served, browser: Browser) -> None:
    page = shared_portal.log_in(browser, STAFF)
    page.goto(f"{shared_portal.address}/profile/")
    page.get_by_label("Single keys are shortcuts").uncheck()
    page.locator("main form", has_text="Time zone").get_by_role("button", name="Save").click()
    expect(page.locator(".flash-success")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    expect(page.locator("#keys-sheet")).not_to_be_visible()
    page.context.close()


def test_on_a_phone_the_menu_is_a_drawer_that_holds_the_focus(
    shared_portal: Served, browser: Browser
) -> None:
    page = shared_portal.log_in(browser, DIRECTOR, width=390)
    toggle = page.locator("[data-toggle-sidebar]")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    for _press in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("!document.activeElement.closest('.wrapper')")
    page.keyboard.press("Escape")
    expect(page.locator("#sidebar")).not_to_be_visible()
    expect(toggle).to_be_focused()
    page.context.close()


def test_the_wide_menu_stays_as_it_was_left(page: Page) -> None:
    page.locator("[data-toggle-sidebar]").click()
    expect(page.locator("#sidebar")).not_to_be_visible()
    page.reload()
    expect(page.locator("#sidebar")).not_to_be_visible()
    expect(page.locator("[data-toggle-sidebar]")).to_have_attribute("aria-expanded", "false")


def test_the_bell_lists_and_forgets(page: Page) -> None:
    bell = page.locator("#bell")
    expect(bell.locator(".count")).to_be_visible()
    bell.click()
    menu = page.locator("#bell-menu")
    expect(menu.get_by_role("link", name="All notices")).to_be_visible()
    menu.get_by_role("button", name="Mark all as read").click()
    expect(menu).to_contain_text("You have read everything.")
    expect(bell.locator(".count")).to_have_count(0)


def test_charts_are_drawn_told_and_followed(page: Page) -> None:
    chart = page.locator('[data-table="chart-table-plans"]')
    expect(chart.locator("svg path").first).to_be_attached()
    assert "In force" in str(chart.get_attribute("aria-label"))
    chart.focus()
    for _press in range(2):
        page.keyboard.press("ArrowDown")
    told = page.locator('[data-table="chart-table-plans"] + [role=status]')
    expect(told).to_have_text(re.compile(r"^In review, Plans \d+$"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/plans/list/\?f\.status\.in=in_review"))
    expect(page.locator(".sheet tbody tr").first).to_be_visible()
