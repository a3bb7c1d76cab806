"""The plan approval sheet: what stands on it, in each language, and how it breaks over pages."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from models.approvable import ApprovalStatus
from models.plans import BudgetCategory, PlanType
from reports.plan_approval_sheet import PlanApprovalSheet
from reports.plan_approval_sheet_data import (
    Allocation,
    PlanSheet,
    budget_parts,
    budget_table,
    paragraphs,
    rounds,
    signature_boxes,
)
from tests.pdf.reading import page_sizes, pages_of, squeezed
from tests.pdf.samples import AGENTS, CHEN, DOUYIN, LIN, MADE_AT, QIAN, STORES, TMALL, ZHAO, plan_sheet

DIGEST_NOW = "0bb2e7d52f8ce5131e64c95f11ca643a44fca9d3954be9aead781e8bc346dc50"


def pages(sheet: PlanSheet, locale: str = "en", order: str = "-layout") -> list[str]:
    rendered = PlanApprovalSheet().print(sheet, locale=locale, generated_by="钱喆", generated_at=MADE_AT)
    return pages_of(rendered.content, order)


def year_plan(**changes: Any) -> PlanSheet:
    channels = (TMALL, DOUYIN, STORES, AGENTS, None)
    allocations = tuple(
        Allocation(category, channel, date(2026, month, 1), Decimal(30000 + month))
        for i, category in enumerate(BudgetCategory)
        for channel in channels[: 1 + i % 5]
        for month in range(1, 13)
    )
    return plan_sheet(
        plan_type=PlanType.YEAR,
        start_on=date(2026, 1, 1),
        end_on=date(2026, 12, 31),
        allocations=allocations,
        **changes,
    )


def test_the_sheet_says_what_was_approved_by_whom_and_on_what(printing: Flask) -> None:
    found = pages(plan_sheet())
    text = squeezed("".join(found))
    assert len(found) == 3
    for expected in (
        "MP-2026-0012", "2026 年第二季度营销计划", "In force", "Quarterly", "Chen Siyuan", "Apr 1, 2026 – Jun 30, 2026",
        "CN¥4,500,000.00", "of which in lines: CN¥4,400,000.50", "weights sum to 100%",
        "Sales growth", "CN¥82,500,000", "31.5%", "16,000",
        "Tmall flagship store", "420,000.50", "1,710,000.50", "38.9%", "99,999.50",
        "春夏新品上市发布", "Apr 17, 2026", "2 finished",
        "MP-2026-0001", "18,000,000.00", "MP-2026-0022",
        "Round 1", "Returned", "抖音渠道六月的预算缺少上季度转化率依据", "Round 2",
        "Lin Ruoxi", "Direct superior", "Qian Zhe", "Higher level", "Proxy for Zhao Qiming",
        "2026-03-26 11:02:07 UTC+08:00", "0bb2 e7d5 2f8c e513", DIGEST_NOW,
        "8a84e406c08ac9594f47222406598f7598e15c55f8044b04813e28c9dee70976", "equals the approved content",
        "Signature and date", "Prepared by",
    ):  # fmt: skip
        assert squeezed(expected) in text, expected
    assert "Stepopened" not in text


def test_every_page_tells_number_period_maker_digest_and_its_place(printing: Flask) -> None:
    found = pages(plan_sheet())
    for i, text in enumerate(found, start=1):
        assert f"Page {i} of {len(found)}" in text
        assert "MP-2026-0012 ・ version 2 ・ Period: Apr 1, 2026 – Jun 30, 2026".replace("・", "·") in text
        assert "Made by 钱喆 at 2026-04-03 09:15:30 UTC+08:00" in text
        assert squeezed(text).count("DataSHA-256:") == 1


def test_the_digest_of_the_data_depends_on_the_data_only(printing: Flask) -> None:
    def printed(sheet: PlanSheet, locale: str, person: str) -> str:
        rendered = PlanApprovalSheet().print(sheet, locale=locale, generated_by=person, generated_at=MADE_AT)
        text = squeezed(pages_of(rendered.content)[0])
        return text.partition("SHA-256:")[2][:64]

    same = {printed(plan_sheet(), "en", "a"), printed(plan_sheet(), "zh", "b")}
    assert len(same) == 1
    assert len(same.pop()) == 64
    assert printed(plan_sheet(budget=Decimal("4500000.01")), "en", "a") not in same


@pytest.mark.parametrize(
    ("locale", "title", "page"),
    [("zh", "营销计划审批表", "第 1 页 / 共 {} 页"), ("zh_Hant_TW", "營銷計劃審批表", "第 1 頁 / 共 {} 頁")],
)
def test_it_speaks_both_scripts(printing: Flask, locale: str, title: str, page: str) -> None:
    found = pages(plan_sheet(), locale)
    first = found[0]
    assert title in first
    assert squeezed(page.format(len(found))) in squeezed(first)
    assert "市场部" in first
    assert "2026年4月1日 – 2026年6月30日" in first


def test_a_draft_is_marked_on_each_page_and_has_one_signature_box(printing: Flask) -> None:
    draft = plan_sheet(
        status=ApprovalStatus.DRAFT,
        approved_at=None,
        submitted_at=None,
        trail=(),
        evidence=None,
        children=(),
        parent=None,
    )
    found = pages(draft, order="-raw")
    assert all("Draft" in text.splitlines() for text in found)
    text = "".join(found)
    assert "This plan has not been submitted." in text
    assert text.count("Signature and date") == 1
    assert "Draft" not in "".join(pages(plan_sheet(children=()), order="-raw"))


def test_a_plan_without_lines_says_so_in_one_page(printing: Flask) -> None:
    found = pages(
        plan_sheet(goals=(), allocations=(), milestones=(), children=(), parent=None, strategy=" \n")
    )
    text = "".join(found)
    for sentence in ("no goals", "states no strategy", "no budget lines", "no milestones"):
        assert sentence in text


def test_twelve_months_go_across_in_two_parts_and_add_up(printing: Flask) -> None:
    sheet = year_plan()
    rendered = PlanApprovalSheet().print(sheet, locale="en", generated_by="x", generated_at=MADE_AT)
    across = [w > h for w, h in page_sizes(rendered.content)]
    assert across[0] is False
    assert across[-1] is False
    assert across.count(True) >= 2
    found = pages_of(rendered.content)
    heads = [text for text in found if "Category and channel" in text]
    assert all(("Jan 2026" in text) != ("Dec 2026" in text) for text in heads)
    total = budget_table(sheet.allocations).total
    assert f"{total:,.2f}" in "".join(found)


def test_a_table_that_continues_repeats_its_head(printing: Flask) -> None:
    found = pages(plan_sheet())
    assert sum("Category and channel" in text for text in found) == 2


def test_a_hundred_milestones_keep_their_rows_whole(printing: Flask) -> None:
    one = plan_sheet().milestones[3]
    from_one = tuple(
        type(one)(f"M{i:03d} {one.name}", one.start_on, one.due_on, None, one.status, one.owner)
        for i in range(60)
    )
    found = pages(plan_sheet(milestones=from_one))
    for i in range(60):
        holding = [text for text in found if f"M{i:03d}" in text]
        rows = [
            line
            for text in holding
            for line in text.splitlines()
            if f"M{i:03d}" in line and "May 28, 2026" in line
        ]
        assert len(rows) == 1


amounts = st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2)
allocation_lists = st.lists(
    st.builds(
        Allocation,
        st.sampled_from(BudgetCategory),
        st.sampled_from([None, TMALL, DOUYIN]),
        st.integers(1, 12).map(lambda month: date(2026, month, 1)),
        amounts,
    ),
    max_size=40,
)


@given(allocation_lists)
def test_budget_sums_agree_across_and_down(allocations: list[Allocation]) -> None:
    table = budget_table(allocations)
    assert table.total == sum((line.amount for line in allocations), Decimal(0))
    assert table.total == sum((cell or 0 for cell in table.cells), Decimal(0))
    assert table.total == sum((group.total for group in table.groups), Decimal(0))
    for group in table.groups:
        assert group.total == sum((row.total for row in group.rows), Decimal(0))
        for i, cell in enumerate(group.cells):
            assert (cell or 0) == sum((row.cells[i] or 0 for row in group.rows), Decimal(0))
    parts = budget_parts(table, 6)
    assert [i for part in parts for i in range(part.first, part.last)] == list(range(len(table.months)))
    assert [part.is_final for part in parts] == [False] * (len(parts) - 1) + [True] * bool(parts)


def test_boxes_are_for_the_submitter_and_each_decision_of_the_last_round() -> None:
    boxes = signature_boxes(plan_sheet())
    assert [box.person for box in boxes] == [CHEN, LIN, QIAN]
    assert boxes[2].entry is not None
    assert boxes[2].entry.on_behalf_of == ZHAO
    assert [box.person for box in signature_boxes(plan_sheet(trail=()))] == [CHEN]


def test_rounds_hold_what_is_shown_in_order() -> None:
    assert [(one.number, [entry.seq for entry in one.entries]) for one in rounds(plan_sheet().trail)] == [
        (1, [1, 3]),
        (2, [4, 5, 6, 7]),
    ]


def test_blank_lines_are_no_paragraphs() -> None:
    assert paragraphs(" a \n\n\t\n b\r\n") == ("a", "b")


def test_the_file_name_is_plain(printing: Flask) -> None:
    rendered = PlanApprovalSheet().print(plan_sheet(), locale="zh", generated_by="x", generated_at=MADE_AT)
    assert rendered.file_name == "plan-approval-sheet-MP-2026-0012.pdf"
