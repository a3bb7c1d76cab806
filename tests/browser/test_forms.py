"""What a form does while somebody types: lines and sums, the way to each error, drafts, dates, pickers, files."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from tests.browser.conftest import PASSWORD, Served

STAFF, ANALYST = "editor-1", "analyst-1"
AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], rules: {'target-size': {enabled: false}}}"
"""The bar at the foot covers a part of whatever is scrolled below it; tests/browser/test_face.py measures targets."""


@pytest.fixture
def page(shared_portal: Served, browser: Browser) -> Iterator[Page]:
    """A staff member's page; whatever the browser complains about fails the test."""
    page = shared_portal.log_in(browser, STAFF)
    complaints: list[str] = []
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    page.on(
        "console", lambda entry: complaints.append(entry.text) if "Content Security" in entry.text else None
    )
    yield page
    page.context.close()
    assert complaints == []


def box(place: Page | Locator, label: str) -> Locator:
    return place.get_by_role("combobox", name=re.compile(f"^{re.escape(label)}"))


def pick(place: Locator, label: str, text: str) -> None:
    """Choose a related row by typing a part of its name."""
    box(place, label).fill(text)
    place.page.locator(".ts-dropdown:visible .option", has_text=text).first.click()


def add_row(page: Page, kind: str, label: str) -> Locator:
    page.get_by_role("button", name=f"Add row · {label}").click()
    return page.locator(f"#lines-{kind} tr.line-row").last


def total(page: Page, kind: str) -> Locator:
    return page.locator(f"#lines-{kind} output")


def open_form(page: Page, path: str) -> None:
    page.goto(re.sub(r"^(https?://[^/]+).*", rf"\1{path}", page.url))


def faults(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: list[str] = page.evaluate(
        f"axe.run(document, {RULES}).then(done => done.violations.map(one => one.id + ' ' + one.nodes[0].html))"
    )
    return found


def fill_head(page: Page, name: str) -> None:
    open_form(page, "/plans/add")
    page.get_by_label("Name *", exact=True).fill(name)
    page.get_by_label("Plan type").select_option("quarter")
    page.get_by_label("Fiscal year").fill("2027")
    page.get_by_label("Quarter").fill("3")
    page.get_by_label("Starts on *", exact=True).fill("2027-07-01")
    page.get_by_label("Ends on *", exact=True).fill("2027-09-30")
    page.get_by_label("Budget", exact=True).fill("320,000.50")


def test_a_plan_with_its_lines_is_filed_in_one_form(page: Page) -> None:
    """One goal, three budget lines, one milestone; sums as one types; two mistakes are told and corrected."""
    fill_head(page, "Plan in one form")
    goal = add_row(page, "goals", "Goal")
    pick(goal, "Company objective", "扩大会员与收入")
    pick(goal, "Metric", "投资回报率")
    goal.get_by_label("Target").fill("2.5")
    goal.get_by_label("Weight %").fill("90")
    expect(total(page, "goals")).to_have_text("Weight % 90 of 100, 10 missing")
    goal.get_by_label("Weight %").fill("100")
    expect(total(page, "goals")).to_have_text("Weight % 100 of 100: complete")

    for month, amount in (("7", "100,000"), ("8", "120000.50"), ("9", "100000.01")):
        line = add_row(page, "budget_lines", "Budget line")
        line.get_by_label("Category").select_option("advertising")
        line.get_by_label("Month").fill(month)
        line.get_by_label("Allocated").fill(amount)
        if month == "8":
            left = "Allocated 220,000.50 of 320,000.50, 100,000.00 left"
            expect(total(page, "budget_lines")).to_have_text(left)
    expect(total(page, "budget_lines")).to_have_text("Allocated 320,000.51 of 320,000.50, 0.01 too much")
    milestone = add_row(page, "milestones", "Milestone")
    milestone.get_by_label("Name").fill("Launch")
    milestone.get_by_label("Starts on").fill("2027-07-10")
    milestone.get_by_label("Due on").fill("2027-07-28")
    pick(milestone, "Responsible person", "文嘉")
    assert faults(page) == []

    page.get_by_role("button", name="Save").click()
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("this one needs 100000.01")
    assert faults(page) == []
    summary.get_by_role("link", name="Budget lines 3, Allocated").click()
    wrong = page.get_by_label("Allocated 3")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_value("100000.01")
    wrong.fill("100000")
    expect(total(page, "budget_lines")).to_have_text("Allocated 320,000.50 of 320,000.50, nothing left")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flash-success")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Plan in one form")


def test_a_removed_line_comes_back_by_undo(page: Page) -> None:
    fill_head(page, "Undo")
    for month, amount in (("7", "10"), ("8", "20")):
        line = add_row(page, "budget_lines", "Budget line")
        line.get_by_label("Month").fill(month)
        line.get_by_label("Allocated").fill(amount)
    first = page.locator("#lines-budget_lines tr.line-row").first
    first.get_by_role("button", name="Remove line 1").press("Enter")
    expect(total(page, "budget_lines")).to_have_text("Allocated 20.00 of 320,000.50, 319,980.50 left")
    undo = first.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect(total(page, "budget_lines")).to_have_text("Allocated 30.00 of 320,000.50, 319,970.50 left")
    expect(first.get_by_label("Allocated 1")).to_have_value("10")


def test_a_half_typed_form_warns_and_its_draft_comes_back(page: Page) -> None:
    """The draft returns with its lines and pickers; what was stored needs no draft any more."""
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    open_form(page, "/plans/add")
    open_form(page, "/plans/list/")
    assert asked == []  # nothing typed, nothing asked
    fill_head(page, "Half typed")
    milestone = add_row(page, "milestones", "Milestone")
    milestone.get_by_label("Name").fill("Launch")
    pick(milestone, "Responsible person", "文嘉")
    open_form(page, "/plans/list/")
    assert asked == ["beforeunload"]

    open_form(page, "/plans/add")
    expect(page.get_by_label("Name *", exact=True)).to_have_value("")
    offer = page.locator(".draft-offer")
    expect(offer).to_contain_text(re.compile(r"Unsaved draft of \d+:\d\d"))
    offer.get_by_role("button", name="Restore").click()
    expect(page.get_by_label("Name *", exact=True)).to_have_value("Half typed")
    expect(page.get_by_label("Ends on *", exact=True)).to_have_value("2027-09-30")
    row = page.locator("#lines-milestones tr.line-row")
    expect(row.get_by_label("Name")).to_have_value("Launch")
    expect(row.locator(".ts-control .item")).to_have_text(re.compile("文嘉"))
    row.get_by_label("Starts on").fill("2027-07-10")
    row.get_by_label("Due on").fill("2027-07-28")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flash-success")).to_be_visible()
    open_form(page, "/plans/add")
    expect(page.locator("form.record-form")).to_be_visible()
    expect(page.locator(".draft-offer")).to_have_count(0)
    assert asked == ["beforeunload"]  # a form that is sent does not ask


def test_a_draft_outlives_the_log_in_but_not_the_log_out(page: Page, shared_portal: Served) -> None:
    fill_head(page, "Log-in ended")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    page.fill("input[name=username]", STAFF)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.btn-primary")
    page.wait_for_url(f"{shared_portal.address}/plans/add")
    page.locator(".draft-offer").get_by_role("button", name="Restore").click()
    expect(page.get_by_label("Name *", exact=True)).to_have_value("Log-in ended")
    kept = "Object.keys(localStorage).filter(key => key.startsWith('yingce.draft.')).length"
    assert page.evaluate(kept) == 1
    page.get_by_role("button", name=re.compile("My menu")).click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{shared_portal.address}/login/")
    assert page.evaluate(kept) == 0


def test_a_draft_holds_no_token_and_nothing_personal(page: Page) -> None:
    open_form(page, "/customers/add")
    page.get_by_label("Name *", exact=True).fill("王小明")
    page.get_by_label("Country").fill("中国")
    contact = add_row(page, "identities", "Contact way")
    contact.get_by_label("Value").fill("13800000000")
    draft = "Object.entries(localStorage).filter(([key]) => key.startsWith('yingce.draft.')).map(pair => pair[1]).join()"
    page.wait_for_timeout(1500)  # longer than the pause after which a draft is kept
    kept = page.evaluate(draft)
    assert "中国" in kept
    for secret in ("王小明", "13800000000", "csrf_token", "request_key"):
        assert secret not in kept


def test_days_are_chosen_by_keyboard_in_the_pages_language(page: Page) -> None:
    open_form(page, "/promotions/add")
    start = page.get_by_label("Starts at *", exact=True)
    start.fill("2027-03-10 09:30")
    start.press("ArrowDown")
    calendar = page.get_by_role("dialog", name="Calendar")
    expect(calendar).to_be_visible()
    expect(calendar.locator(".flatpickr-weekday").first).to_have_text("Mon")
    assert faults(page) == []
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(start).to_have_value("2027-03-11 09:30")
    page.keyboard.press("Escape")
    expect(calendar).to_be_hidden()
    page.get_by_role("button", name=re.compile("My menu")).click()
    page.get_by_role("button", name="简体中文").click()
    page.wait_for_load_state()
    try:
        open_form(page, "/plans/add")
        page.get_by_label(re.compile("^开始")).first.click()
        expect(page.locator(".flatpickr-calendar.open .flatpickr-weekday").first).to_have_text("周一")
    finally:
        page.keyboard.press("Escape")
        page.get_by_role("button", name=re.compile("^(我的菜单|My menu)")).click()
        page.get_by_role("button", name="English").click()
        page.wait_for_load_state()


def test_a_picker_tells_its_error_and_is_emptied_by_keyboard(page: Page) -> None:
    open_form(page, "/activities/add")
    page.get_by_label("Name *", exact=True).fill("No plan")
    page.get_by_role("button", name="Save").click()
    page.locator("#error-summary").get_by_role("link", name="Marketing plan").click()
    picker = box(page, "Marketing plan")
    expect(picker).to_be_focused()
    expect(picker).to_have_attribute("aria-invalid", "true")
    assert "plan_id-error" in (picker.get_attribute("aria-describedby") or "")
    supervisor = box(page, "Supervisor")
    supervisor.press("ArrowDown")
    page.locator(".ts-dropdown:visible .option").first.wait_for()
    supervisor.press("Enter")
    select = page.locator("select[name=supervisor_id]")
    expect(select).not_to_have_value("")
    supervisor.press("Backspace")
    expect(select).to_have_value("")


def test_a_chosen_file_shows_its_name_and_size(shared_portal: Served, browser: Browser) -> None:
    page = shared_portal.log_in(browser, ANALYST)
    open_form(page, "/imports/list/")
    page.locator("input[type=file]").set_input_files(
        {"name": "customers.csv", "mimeType": "text/csv", "buffer": b"a" * 2300}
    )
    expect(page.locator(".chosen-files")).to_contain_text("customers.csv · 2.3 kB")
    page.context.close()


def test_on_a_phone_lines_are_cards_and_nothing_overflows(shared_portal: Served, browser: Browser) -> None:
    page = shared_portal.log_in(browser, STAFF, width=390)
    fill_head(page, "Phone")
    line = add_row(page, "budget_lines", "Budget line")
    label = line.locator("label", has_text="Allocated")
    assert (label.bounding_box() or {"width": 0})["width"] > 50
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert faults(page) == []
    page.context.close()
