"""What a user who knows nothing finishes without a manual (must-show 3 of the face).

The journeys that another module plays in passing are left to it; docs/face.md tells which one stands where.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
STAFF, SUPERIOR = "editor-1", "mkt-director"
PHONE = 390


@pytest.fixture
def staff(shared_portal: Served, browser: Browser) -> Iterator[Page]:
    page = shared_portal.log_in(browser, STAFF)
    yield page
    page.context.close()


def test_language_and_time_zone_are_changed_and_stay(
    staff: Page, shared_portal: Served, browser: Browser
) -> None:
    """From one's own menu: the page answers in the new language at once, and so does the next log-in elsewhere."""
    if staff.locator("html").get_attribute("lang") != "en":
        staff.locator(".user-button").click()
        staff.get_by_role("button", name="English").click()
    expect(staff.locator("html")).to_have_attribute("lang", "en")
    staff.locator(".user-button").click()
    staff.get_by_role("link", name="My account").click()
    settings = staff.get_by_role("region", name="Language, time and appearance")
    settings.get_by_label("Language").select_option(label="繁體中文")
    zone = settings.get_by_role("combobox", name="Time zone").and_(staff.locator("input"))
    zone.focus()  # the field stands beside the chosen value, where a click would land on that
    zone.press_sequentially("London")
    staff.get_by_role("option", name=re.compile("London")).locator("visible=true").first.click()
    settings.get_by_role("button", name="Save").click()
    expect(staff.locator(".flash-success")).to_be_visible()
    expect(staff.locator("html")).to_have_attribute("lang", "zh-TW")

    elsewhere = shared_portal.log_in(browser, STAFF)
    expect(elsewhere.locator("html")).to_have_attribute("lang", "zh-TW")
    elsewhere.goto(f"{shared_portal.address}/profile/")
    expect(elsewhere.locator("select[name=time_zone]")).to_have_value("Europe/London")
    elsewhere.locator("select[name=language]").select_option(label="English")
    elsewhere.locator("form:has(select[name=language]) button.btn-primary").click()
    expect(elsewhere.locator("html")).to_have_attribute("lang", "en")
    elsewhere.context.close()


def test_a_to_do_is_approved_on_a_phone(shared_portal: Served, browser: Browser) -> None:
    """From the home page with one thumb: the to-do, its document, the sticky bar, done; and one to-do less."""
    page = shared_portal.log_in(browser, SUPERIOR, width=PHONE)
    page.goto(f"{shared_portal.address}/approvals/")
    waiting = page.locator("table tbody tr")
    before = waiting.count()
    assert before > 0, "the demo company has nothing for the director to decide"
    subject = waiting.first.get_by_role("link")
    title = subject.inner_text()
    subject.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    approve = page.locator("button[name=decision][value=approve]")
    expect(approve).to_be_in_viewport()
    box = approve.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    approve.click()
    expect(page.locator(".flash-success")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/approvals/$"))
    assert page.locator("table tbody tr").count() == before - 1
    page.context.close()
