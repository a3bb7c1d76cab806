"""The compliance report: each rule by which an exception is found, the figures, and long tables."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from models.approvals import ActorKind, Capacity, InstanceState
from reports import formats
from reports.names import Named
from reports.plan_approval_compliance import PlanApprovalCompliance
from reports.plan_approval_compliance_data import (
    ExceptionKind,
    PlanApprovals,
    PlanCase,
    digest_matches,
    exceptions,
    returns,
    share,
    summarise,
    tally,
)
from tests.pdf.reading import page_sizes, pages_of, squeezed
from tests.pdf.sample_approvals import (
    APPROVE,
    DEPARTMENTS,
    HIGHER,
    REJECT,
    RETURN,
    decision,
    plan_approvals,
    plan_case,
)
from tests.pdf.samples import CHEN, LIN, MADE_AT, QIAN, ZHAO, digest

AT = datetime(2026, 4, 2, 3, 4, 5, tzinfo=UTC)


def pages(data: PlanApprovals, locale: str = "en") -> list[str]:
    rendered = PlanApprovalCompliance().print(data, locale=locale, generated_by="钱喆", generated_at=MADE_AT)
    return pages_of(rendered.content)


def test_a_clean_approval_has_no_exception() -> None:
    assert exceptions(plan_case()) == ()
    assert digest_matches(plan_case()) is True


FLAWS: dict[str, tuple[dict[str, Any], ExceptionKind]] = {
    "somebody else decides first": (
        {"decisions": (decision(QIAN, APPROVE, AT), decision(ZHAO, APPROVE, AT, capacity=HIGHER))},
        ExceptionKind.FIRST_NOT_SUPERIOR,
    ),
    "the submitter had no superior": ({"superior": None}, ExceptionKind.FIRST_NOT_SUPERIOR),
    "a foreigner returns, the superior approves": (
        {"rounds": 2, "decisions": (decision(QIAN, RETURN, AT), decision(LIN, APPROVE, AT, round_no=2))},
        ExceptionKind.FIRST_NOT_SUPERIOR,
    ),
    "a rule decides first": (
        {
            "decisions": (
                replace(plan_case().decisions[0], person=None, actor_kind=ActorKind.SYSTEM),
                plan_case().decisions[1],
            )
        },
        ExceptionKind.FIRST_NOT_SUPERIOR,
    ),
    "the submitter approves": (
        {"decisions": (*plan_case().decisions, decision(CHEN, APPROVE, AT, capacity=HIGHER))},
        ExceptionKind.SELF_APPROVAL,
    ),
    "the submitter approves as a proxy": (
        {
            "decisions": (
                plan_case().decisions[0],
                decision(CHEN, APPROVE, AT, capacity=HIGHER, proxy_for=ZHAO),
            )
        },
        ExceptionKind.SELF_APPROVAL,
    ),
    "somebody approves for the submitter": (
        {
            "decisions": (
                plan_case().decisions[0],
                decision(ZHAO, APPROVE, AT, capacity=HIGHER, proxy_for=CHEN),
            )
        },
        ExceptionKind.SELF_APPROVAL,
    ),
    "one level of two": ({"levels_reached": 1}, ExceptionKind.LEVEL_MISSING),
    "the kept digest is another": ({"approved_sha256": digest("other")}, ExceptionKind.DIGEST_MISMATCH),
    "there is no kept digest": ({"approved_sha256": None}, ExceptionKind.DIGEST_MISMATCH),
    "the stored copy was touched": ({"snapshot_is_sound": False}, ExceptionKind.DIGEST_MISMATCH),
    "an approver saw something else": (
        {"decisions": (decision(LIN, APPROVE, AT, content="older"), plan_case().decisions[1])},
        ExceptionKind.DIGEST_MISMATCH,
    ),
    "an administrator decides": (
        {
            "decisions": (
                plan_case().decisions[0],
                decision(QIAN, APPROVE, AT, capacity=Capacity.ADMINISTRATOR, kind=ActorKind.ADMINISTRATOR),
            )
        },
        ExceptionKind.ADMINISTRATOR,
    ),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_each_flaw_is_found_and_nothing_else(flaw: str) -> None:
    changes, kind = FLAWS[flaw]
    assert exceptions(plan_case(**changes)) == (kind,)


def test_a_proxy_of_the_superior_is_the_superior() -> None:
    first = decision(QIAN, APPROVE, AT, proxy_for=LIN)
    assert exceptions(plan_case(decisions=(first, plan_case().decisions[1]))) == ()


def test_what_is_not_approved_lacks_neither_level_nor_digest() -> None:
    running = plan_case(
        state=InstanceState.IN_REVIEW, finished_at=None, approved_sha256=None, levels_reached=0, decisions=()
    )
    assert exceptions(running) == ()
    assert digest_matches(running) is None


def test_content_seen_in_an_earlier_round_does_not_matter() -> None:
    decisions = (
        decision(LIN, RETURN, AT, content="first draft"),
        decision(LIN, APPROVE, AT, round_no=2),
        decision(ZHAO, APPROVE, AT, round_no=2, capacity=HIGHER),
    )
    case = plan_case(rounds=2, decisions=decisions)
    assert exceptions(case) == ()
    assert returns(case) == 1


def test_the_summary_counts_each_approval_once() -> None:
    def state(value: InstanceState, **changes: Any) -> PlanCase:
        return plan_case(state=value, finished_at=None, approved_sha256=None, **changes)

    start = plan_case().submitted_at
    data = plan_approvals(
        cases=(
            plan_case(finished_at=start + timedelta(days=1)),
            plan_case(finished_at=start + timedelta(days=2)),
            plan_case(finished_at=start + timedelta(days=9), levels_reached=1),
            state(InstanceState.IN_REVIEW),
            state(InstanceState.RETURNED, decisions=(decision(LIN, RETURN, AT),)),
            state(InstanceState.REJECTED, decisions=(decision(LIN, REJECT, AT),)),
            state(InstanceState.WITHDRAWN, decisions=()),
            state(InstanceState.CANCELLED, decisions=()),
        )
    )
    found = summarise(data)
    assert (found.submitted, found.approved, found.returned, found.rejected) == (8, 3, 1, 1)
    assert (found.running, found.withdrawn, found.with_exceptions, found.refused) == (2, 2, 1, 3)
    assert found.median_time == timedelta(days=2)
    assert found.approved + found.rejected + found.running + found.withdrawn == found.submitted
    assert summarise(plan_approvals(0)).median_time is None


def test_the_bars_add_up_to_the_cases() -> None:
    cases = plan_approvals(100).cases
    bars = tally(cases, lambda case: case.department.name)
    assert sum(bar.smooth + bar.after_return + bar.rejected + bar.other for bar in bars) == 100
    assert {bar.name for bar in bars} == {one.name for one in DEPARTMENTS}


def test_a_share_of_nothing_is_nothing() -> None:
    assert share(1, 3) == Decimal("33.3")
    assert share(0, 0) is None


def test_the_report_shows_figures_people_times_exceptions_and_refusals(printing: Flask) -> None:
    found = pages(plan_approvals())
    text = squeezed("".join(found))
    assert len(found) == 8
    for expected in (
        "Plan approval compliance report", "PAC-20260401-20260630", "all within the reader's scope",
        "Median days to approve", "1.3", "Refused attempts",
        "First decision not by the direct superior", "Content differs from what was approved",
        "A required level is missing", "Decided by an administrator",
        "MP-2026-0032", "Brand and product planning", "2 of 2", "Lin Ruoxi, Direct superior",
        "Qian Zhe, Higher level, Proxy for Zhao Qiming",
        "Nobody decides on his own submission.", "目标权重合计须为 100%。",
        digest("audit head"), "18,342", "Supervision and compliance",
    ):  # fmt: skip
        assert squeezed(expected) in text, expected
    assert all(w > h for w, h in page_sizes(PlanApprovalCompliance().print(
        plan_approvals(3), locale="zh", generated_by="x", generated_at=MADE_AT).content))  # fmt: skip


def test_the_departments_asked_for_are_named_as_a_filter(printing: Flask) -> None:
    first = pages(plan_approvals(3, departments=DEPARTMENTS[:2]))[0]
    assert first.count("Marketing, Brand and product planning") == 2


def test_a_period_without_plans_says_so(printing: Flask) -> None:
    text = "".join(pages(plan_approvals(0, refused=())))
    for sentence in ("No exceptions in this period.", "No plan was submitted", "No attempt was refused"):
        assert sentence in text


def test_the_footer_counts_the_pages_and_the_head_is_repeated(printing: Flask) -> None:
    found = pages(plan_approvals(60))
    assert all(f"Page {i} of {len(found)}" in text for i, text in enumerate(found, start=1))
    rows = [text for text in found if "2 of 2" in text]
    assert len(rows) > 5
    assert all("Number and name" in text for text in rows)


def test_no_row_is_cut_in_two(printing: Flask) -> None:
    data = plan_approvals(60)
    found = pages(data)
    for case in data.cases:
        if case.decisions and not exceptions(case):
            last = formats.instant(case.decisions[-1].at)
            holding = [text for text in found if case.number in text and last in text]
            assert len(holding) == 1, case.number


@pytest.mark.parametrize(
    ("locale", "title"), [("zh", "计划审批合规报告"), ("zh_Hant_TW", "計劃審批合規報告")]
)
def test_it_speaks_both_scripts(printing: Flask, locale: str, title: str) -> None:
    found = pages(plan_approvals(8), locale)
    assert title in found[0]
    assert "品牌与商品企划部" in found[0]


def test_more_departments_than_fit_are_drawn_as_others(printing: Flask) -> None:
    cases = tuple(plan_case(i, department=Named(f"Dept{i:02d}")) for i in range(1, 31))
    data = plan_approvals(cases=cases)
    first = pages(data)[0]
    assert "Others" in first
    assert first.count("Dept0") + first.count("Dept1") == 8


@pytest.mark.slow
def test_three_hundred_plans_are_all_there(printing: Flask) -> None:
    data = plan_approvals(300, start=date(2026, 4, 1))
    text = "".join(pages(data))
    assert all(case.number in text for case in data.cases)
