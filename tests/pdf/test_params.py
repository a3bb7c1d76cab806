"""Parameters of reports: what is wrong is said at once, each in a sentence."""

from datetime import date

import pytest
from flask import Flask

from app.core.errors import NotFound
from reports.params import BadParams
from reports.plan_approval_compliance import ComplianceParams, PlanApprovalCompliance
from reports.plan_approval_sheet import PlanApprovalSheet, PlanSheetParams
from reports.registry import REPORTS, report

PERIOD = {"from": "2026-04-01", "to": "2026-06-30"}


def test_good_arguments_become_typed_parameters() -> None:
    assert PlanApprovalSheet().parse({"plan": " 12 "}) == PlanSheetParams(12)
    assert PlanApprovalCompliance().parse({**PERIOD, "departments": "9, 3,9"}) == ComplianceParams(
        date(2026, 4, 1), date(2026, 6, 30), (3, 9)
    )
    assert PlanApprovalCompliance().parse({**PERIOD, "departments": ""}).department_ids == ()


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "1.0", "1e3", "٣", "1 2", "9999999999", "1;drop"])
def test_a_bad_key_is_refused(printing: Flask, text: str) -> None:
    with pytest.raises(BadParams) as refusal:
        PlanApprovalSheet().parse({"plan": text})
    assert refusal.value.http_status == 400
    assert refusal.value.field == "plan"
    assert "plan" in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["", "2026-4-1", "2026-02-30", "20260401", "2026-W14-3", "01.04.2026", "today"]
)
def test_a_bad_day_is_refused(printing: Flask, text: str) -> None:
    with pytest.raises(BadParams) as refusal:
        PlanApprovalCompliance().parse({**PERIOD, "from": text})
    assert list(refusal.value.errors) == ["from"]


@pytest.mark.parametrize("departments", ["a", "1,,2", "0", "1,-2", ",".join(map(str, range(1, 202)))])
def test_bad_departments_are_refused(printing: Flask, departments: str) -> None:
    with pytest.raises(BadParams) as refusal:
        PlanApprovalCompliance().parse({**PERIOD, "departments": departments})
    assert list(refusal.value.errors) == ["departments"]


@pytest.mark.parametrize("end", ["2026-03-31", "2027-04-03"])
def test_a_period_must_be_forward_and_at_most_a_year(printing: Flask, end: str) -> None:
    with pytest.raises(BadParams) as refusal:
        PlanApprovalCompliance().parse({**PERIOD, "to": end})
    assert list(refusal.value.errors) == ["to"]


def test_every_mistake_is_told_and_unknown_names_are_not_swallowed(printing: Flask) -> None:
    with pytest.raises(BadParams) as refusal:
        PlanApprovalCompliance().parse({"from": "x", "to": "y", "departments": "z", "until": "2026-01-01"})
    assert set(refusal.value.errors) == {"from", "to", "departments", "until"}


def test_reports_are_found_by_their_unique_keys() -> None:
    assert [report(one.key) for one in REPORTS] == list(REPORTS)
    assert len({one.key for one in REPORTS}) == len(REPORTS)
    with pytest.raises(NotFound):
        report("nothing")
