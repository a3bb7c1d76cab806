"""An administrator gives a role the right to export; whoever holds it sees the button (must-show 3)."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Served

TITLE = "Channels"
PATH = "/channels/list/"


def _give_export(portal: Served, browser: Browser) -> None:
    staff = portal.log_in(browser, "editor-1")
    staff.goto(f"{portal.address}{PATH}")
    assert "Export" not in staff.locator("main").inner_text()

    admin = portal.log_in(browser, "admin")
    admin.goto(f"{portal.address}/roles/list/")
    admin.get_by_role("link", name="Staff", exact=True).click()
    admin.get_by_role("searchbox", name="Find a page").fill("channels")
    expect(admin.locator("tr[data-row='Marketing plans']")).to_be_hidden()
    box = admin.get_by_role("checkbox", name=f"{TITLE}: Export", exact=True)
    expect(box).not_to_be_checked()
    box.focus()
    admin.keyboard.press("Space")
    expect(admin.locator("[data-matrix-count]")).to_have_text("Changes: 1")
    admin.locator(".changes summary").click()
    expect(admin.locator("[data-matrix-summary] li")).to_have_text(f"{TITLE}: Export – will be granted")
    expect(admin.locator("td.is-changed")).to_have_count(1)
    admin.get_by_role("button", name="Save").click()
    expect(admin.locator(".flash-success")).to_be_visible()

    staff.reload()
    assert "Export" in staff.locator("main").inner_text()


def _tick_rows_and_columns(portal: Served, browser: Browser) -> None:
    admin = portal.log_in(browser, "admin")
    admin.goto(f"{portal.address}/roles/list/")
    admin.get_by_role("link", name="Staff", exact=True).click()
    row = admin.locator("tr[data-row='Regions']")
    boxes = row.locator("input[name=right]")
    row.get_by_role("button", name=re.compile("row")).click()
    assert all(box.is_checked() for box in boxes.all())
    row.get_by_role("button", name=re.compile("row")).click()
    assert not any(box.is_checked() for box in boxes.all())
    admin.get_by_role("searchbox", name="Find a page").fill("regions")
    admin.get_by_role("button", name=re.compile("column “Export”")).click()
    expect(row.locator("[data-verb=export] input")).to_be_checked()
    expect(admin.locator("tr[data-row='Products'] [data-verb=export] input")).not_to_be_checked()


def _on_a_phone(portal: Served, browser: Browser) -> None:
    admin = portal.log_in(browser, "admin", width=390)
    admin.goto(f"{portal.address}/roles/list/")
    admin.get_by_role("link", name="Staff", exact=True).click()
    box = admin.get_by_role("checkbox", name="Regions: Export", exact=True)
    expect(box).to_be_visible()
    assert admin.evaluate("document.documentElement.scrollWidth") <= 390
    box.check()
    expect(admin.locator("[data-matrix-count]")).to_have_text("Changes: 1")


def _look_as_a_role(portal: Served, browser: Browser) -> None:
    admin = portal.log_in(browser, "admin")
    admin.goto(f"{portal.address}/roles/list/")
    admin.get_by_role("link", name="Staff", exact=True).click()
    admin.get_by_role("button", name="View as this role").click()
    expect(admin.locator(".view-as")).to_contain_text("You see the portal as: Staff")
    expect(admin.locator("#sidebar")).not_to_contain_text("Administration")
    admin.locator(".view-as").get_by_role("button", name="End").click()
    expect(admin.locator(".view-as")).to_have_count(0)
    expect(admin.locator("#sidebar")).to_contain_text("Administration")


def test_the_work_of_an_administrator_on_roles(portal: Served, browser: Browser) -> None:
    """One portal for all of it: starting one with the demo company takes longer than the work."""
    _give_export(portal, browser)
    _tick_rows_and_columns(portal, browser)
    _on_a_phone(portal, browser)
    _look_as_a_role(portal, browser)
