"""The main job from draft to printed evidence, played by four people (R041-R048, must-show 2)."""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served

STAFF, SUPERIOR, HIGHER, INSPECTOR = "editor-1", "promo-manager", "mkt-director", "inspector"
PLAN = "春季新品推广计划"


def _pick(page: Page, label: str, text: str) -> None:
    """Choose a related row in a remote picker by typing a part of its name."""
    page.get_by_role("combobox", name=re.compile(f"^{label}")).fill(text)
    page.locator(".ts-dropdown:visible .option", has_text=text).first.click()


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flash-success")).to_be_visible()


def _draft_plan(page: Page) -> str:
    """File a quarterly plan with a goal, three budget lines and a milestone in one form; return its address."""
    page.get_by_role("link", name="Draft a marketing plan").first.click()
    page.get_by_label("Name *", exact=True).fill(PLAN)
    page.get_by_label("Plan type").select_option("quarter")
    page.get_by_label("Fiscal year").fill("2027")
    page.get_by_label("Quarter").fill("2")
    page.get_by_label("Starts on *", exact=True).fill("2027-04-01")
    page.get_by_label("Ends on *", exact=True).fill("2027-06-30")
    page.get_by_label("Budget", exact=True).fill("320,000.50")
    page.get_by_label("Strategy").fill("以新品发布会带动门店与线上联动。")
    page.get_by_role("button", name="Add row · Goal").click()
    _pick(page, "Company objective 1", "扩大会员与收入")
    _pick(page, "Metric 1", "投资回报率")
    page.get_by_label("Target 1").fill("2.5")
    page.get_by_label("Weight % 1").fill("100")
    for number, (month, amount) in enumerate((("4", "100000"), ("5", "120000.50"), ("6", "100000")), start=1):
        page.get_by_role("button", name="Add row · Budget line").click()
        page.get_by_label(f"Category {number}").select_option("advertising")
        page.get_by_label(f"Month {number}").fill(month)
        page.get_by_label(f"Allocated {number}").fill(amount)
    page.get_by_role("button", name="Add row · Milestone").click()
    page.get_by_label("Name 1").fill("新品发布会")
    page.get_by_label("Starts on 1").fill("2027-04-10")
    page.get_by_label("Due on 1").fill("2027-04-28")
    _pick(page, "Responsible person 1", "文嘉")
    _save(page)
    return page.url


def _decide(page: Page, opinion: str, decision: str) -> None:
    """Open the plan from the inbox and decide on it."""
    page.get_by_role("link", name="To approve").first.click()
    page.get_by_role("link", name=re.compile(PLAN)).click()
    page.get_by_label("Opinion").fill(opinion)
    page.get_by_role("button", name=decision).click()
    expect(page.locator(".flash-success")).to_be_visible()


def _download(page: Page, link: str, folder: Path) -> Path:
    page.get_by_role("button", name="Print/PDF").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def _text(pdf: Path) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True
    ).stdout


def _pages(pdf: Path) -> int:
    information = subprocess.run(["pdfinfo", str(pdf)], check=True, capture_output=True, text=True).stdout
    found = re.search(r"Pages:\s+(\d+)", information)
    assert found is not None
    return int(found.group(1))


def test_plan_from_draft_to_evidence(portal: Served, browser: Browser, tmp_path: Path) -> None:
    """Staff drafts and submits; superior returns, then approves; the higher level approves; both PDFs are read."""
    staff = portal.log_in(browser, STAFF)
    plan = _draft_plan(staff)
    staff.get_by_role("button", name="Submit for approval").click()
    expect(staff.locator(".flash-success")).to_have_text("Submitted for approval.")
    expect(staff.get_by_role("link", name="Edit", exact=True)).to_have_count(0)

    superior = portal.log_in(browser, SUPERIOR, width=390)
    _decide(superior, "预算拆分请补充五月渠道费用。", "Return")
    staff.goto(plan)
    staff.get_by_role("link", name="Edit", exact=True).click()
    staff.get_by_label("Strategy").fill("以新品发布会带动门店与线上联动，五月加投短视频渠道。")
    _save(staff)
    staff.get_by_role("button", name="Submit for approval").click()
    _decide(superior, "同意。", "Approve")

    higher = portal.log_in(browser, HIGHER)
    _decide(higher, "同意，注意投放节奏。", "Approve")
    staff.goto(plan)
    expect(staff.locator(".badge", has_text="In force").first).to_be_visible()

    zh = _text(_download(staff, "PDF · 简体中文", tmp_path))
    english = _download(staff, "PDF · English", tmp_path)
    for name in ("文嘉", "许扬", "林若溪", "320,000.50", "新品发布会", "短视频渠道"):
        assert name in zh
    assert re.search(r"1\s*/\s*2|第\s*1\s*页", zh), zh[-400:]
    assert "Direct superior" in _text(english)
    assert "Higher level" in _text(english)
    assert _pages(english) == 2

    inspector = portal.log_in(browser, INSPECTOR)
    inspector.goto(f"{portal.address}/reports/")
    report = _export(inspector, tmp_path)
    evidence = _text(report)
    assert PLAN in evidence.replace("\n", "")
    assert "Xu Yang" in evidence  # the English report names people in English
    assert _pages(report) >= 2


def _export(page: Page, folder: Path) -> Path:
    with page.expect_download() as waiting:
        report = page.get_by_role("region", name="Plan approval compliance")
        report.get_by_role("button", name="Download PDF").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path
