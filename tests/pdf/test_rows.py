"""The loaders on real rows of both databases: what the documents say is what the approval left behind."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit.chain import install, record
from app.core.actor import SYSTEM, Actor
from app.core.clock import frozen_at
from app.core.db import db
from app.core.errors import NotFound, RuleViolation
from app.services import approvals
from models.approvals import ActorKind, ApprovalVerb, InstanceState
from models.plans import BudgetLine, MarketingPlan
from reports import plan_approval_compliance_rows
from reports.plan_approval_compliance import ComplianceParams, PlanApprovalCompliance
from reports.plan_approval_compliance_data import ExceptionKind, PlanApprovals, digest_matches, exceptions
from reports.plan_approval_sheet import PlanApprovalSheet, PlanSheetParams
from reports.plan_approval_sheet_data import PlanSheet
from tests.factories.approvals import Case, make_case
from tests.factories.org import actor_of, make_line, make_placement
from tests.factories.plans import make_plan
from tests.fixtures_app import app, session
from tests.pdf.reading import pages_of, squeezed

__all__ = ["app", "session"]

START = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def case(session: Session) -> Case:
    """A draft of 150,000 under the route of the regulation, with the audit trail switched on."""
    install(db.session)
    return make_case(session, "150000.00")


def submit(case: Case, at: datetime = START) -> None:
    with frozen_at(at):
        case.submit()


def approve_all(case: Case) -> None:
    """Let the plan be returned once by the superior, then approved by all whom the route names."""
    line, hour = case.line, timedelta(hours=1)
    submit(case)
    with frozen_at(START + hour):
        case.decide("return_to_submitter", line.manager, comment="预算依据不足")
    submit(case, START + 2 * hour)
    for i, person in enumerate((line.manager, line.director, line.vice, line.general), start=3):
        if person.name in case.open_people():
            with frozen_at(START + i * hour):
                case.approve(person)
    assert case.plan.status == "in_force"


def sheet_of(plan: MarketingPlan, actor: Actor = SYSTEM) -> PlanSheet:
    return PlanApprovalSheet().data(actor, PlanSheetParams(plan.id))


def approvals_of(actor: Actor = SYSTEM, departments: tuple[int, ...] = ()) -> PlanApprovals:
    params = ComplianceParams(date(2026, 4, 1), date(2026, 4, 30), departments)
    return PlanApprovalCompliance().data(actor, params)


def test_the_sheet_tells_the_whole_approval(session: Session, case: Case) -> None:
    approve_all(case)
    sheet = sheet_of(case.plan)
    assert (sheet.number, sheet.status.value, sheet.budget) == (
        case.plan.code,
        "in_force",
        Decimal("150000.00"),
    )
    assert [one.amount for one in sheet.allocations] == [Decimal("37475.00"), Decimal("112425.00")]
    assert [one.month for one in sheet.allocations] == [date(2026, 4, 1), date(2026, 5, 1)]
    assert sum(one.weight for one in sheet.goals) == 100
    verbs = [entry.verb for entry in sheet.trail if entry.actor_kind == ActorKind.PERSON]
    assert verbs[:4] == [ApprovalVerb.SUBMIT, ApprovalVerb.RETURN, ApprovalVerb.SUBMIT, ApprovalVerb.APPROVE]
    returned = next(entry for entry in sheet.trail if entry.verb == ApprovalVerb.RETURN)
    assert returned.person is not None
    assert (returned.person.name, returned.opinion, returned.round_no) == ("Manager", "预算依据不足", 1)
    assert returned.step is not None
    assert returned.step.name == "直属上级审核"
    assert sheet.evidence is not None
    assert sheet.evidence.content_matches is True
    assert sheet.evidence.content_sha256 == case.plan.approved_sha256 == approvals.content_digest(case.plan)
    assert sheet.evidence.chain_length == len(sheet.trail) == sheet.trail[-1].seq


def test_content_changed_behind_the_portal_is_told(session: Session, case: Case) -> None:
    approve_all(case)
    one = case.plan.budget_lines[0]
    session.connection().execute(
        update(BudgetLine.__table__)
        .where(BudgetLine.id == one.id)
        .values(allocated_amount=Decimal("37474.99"))
    )
    session.expire_all()
    evidence = sheet_of(case.plan).evidence
    assert evidence is not None
    assert evidence.content_matches is False
    assert ExceptionKind.DIGEST_MISMATCH in exceptions(approvals_of().cases[0])


def test_a_draft_has_no_trail_and_no_evidence(case: Case) -> None:
    sheet = sheet_of(case.plan)
    assert (sheet.trail, sheet.evidence, sheet.approved_at) == ((), None, None)


def test_related_plans_are_named(session: Session, case: Case) -> None:
    child = make_plan(
        session,
        case.line.staff,
        "10.00",
        plan_type="month",
        month=5,
        parent_id=case.plan.id,
        parent_type="quarter",
    )
    assert [one.number for one in sheet_of(case.plan).children] == [child.code]
    parent = sheet_of(child).parent
    assert parent is not None
    assert parent.number == case.plan.code


def test_who_has_no_scope_sees_nothing_but_an_approver_sees_his_plan(case: Case) -> None:
    for person in (case.line.colleague, case.line.manager):
        with pytest.raises(NotFound):
            sheet_of(case.plan, actor_of(person))
    submit(case)
    assert sheet_of(case.plan, actor_of(case.line.manager)).number == case.plan.code
    for stranger in (case.line.colleague, case.line.director):  # the director's turn has not come
        with pytest.raises(NotFound):
            sheet_of(case.plan, actor_of(stranger))
    with pytest.raises(NotFound):
        PlanApprovalSheet().data(SYSTEM, PlanSheetParams(case.plan.id + 1000))
    assert approvals_of(actor_of(case.line.colleague)).cases == ()


def test_the_report_judges_a_sound_approval_as_sound(case: Case) -> None:
    approve_all(case)
    (found,) = approvals_of().cases
    assert (found.state, found.rounds) == (InstanceState.APPROVED, 2)
    assert found.levels_required == found.levels_reached >= 2
    assert found.superior is not None
    assert found.superior.name == "Manager"
    assert digest_matches(found) is True
    assert exceptions(found) == ()
    assert [one.verb for one in found.decisions][:2] == [ApprovalVerb.RETURN, ApprovalVerb.APPROVE]


def test_the_superior_is_that_of_the_day_of_submission(session: Session, case: Case) -> None:
    make_placement(session, case.line.staff, case.line.director, date(2026, 1, 1), date(2026, 4, 3))
    make_placement(session, case.line.staff, case.line.manager, date(2026, 4, 3))
    submit(case, datetime(2026, 4, 2, 15, 59, 59, tzinfo=UTC))  # 23:59:59 in Shanghai
    (found,) = approvals_of().cases
    assert found.superior is not None
    assert found.superior.name == "Director"


@pytest.mark.parametrize(
    ("at", "is_inside"),
    [
        (datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 31, 16, 0, tzinfo=UTC), True),
        (datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 4, 30, 16, 0, tzinfo=UTC), False),
    ],
)
def test_the_period_ends_by_company_time(case: Case, at: datetime, is_inside: bool) -> None:
    submit(case, at)
    assert bool(approvals_of().cases) is is_inside


def test_departments_are_chosen_with_those_below(session: Session, case: Case) -> None:
    other = make_line(session)
    case.line.department.parent_id = other.department.id
    session.flush()
    submit(case)
    assert len(approvals_of(departments=(case.line.department.id,)).cases) == 1
    data = approvals_of(departments=(other.department.id,))
    assert len(data.cases) == 1
    assert [one.key for one in data.departments] == [other.department.id]
    assert approvals_of(departments=(make_line(session).department.id,)).cases == ()


@pytest.fixture
def denied(session: Session, case: Case) -> list[str]:
    """Denied attempts in the trail: on the plan, its to-do, something else, and a page that names no record."""
    submit(case)
    todo = case.to_do(case.line.manager)
    rows = [
        ("marketing_plan", case.plan.id, "MarketingPlanView.edit", "record-locked"),
        ("assignment", todo.id, "ApprovalView.decide", "self-approval"),
        ("ab_role", 1, "RoleView.edit", "not-authorised"),
        (None, None, "ApprovalView.index", "no-right"),
        ("marketing_plan", case.plan.id + 1000, "MarketingPlanView.edit", "record-locked"),
    ]
    with frozen_at(START):
        for record_type, record_id, action, code in rows:
            changes = {"action": action, "code": code}
            record(
                session,
                action="denied",
                record_type=record_type,
                record_id=record_id,
                changes=changes,
                reason=code,
            )
        session.commit()
    return [code for _type, _id, _action, code in rows]


def test_refused_attempts_on_plans_are_listed_for_who_may_know(denied: list[str], case: Case) -> None:
    data = approvals_of()
    assert [(one.code, one.record) for one in data.refused] == [
        ("record-locked", f"{case.plan.code} {case.plan.name}"),
        ("self-approval", f"{case.plan.code} {case.plan.name}"),
        ("no-right", ""),
    ]
    assert approvals_of(departments=(case.line.department.id,)).refused == data.refused[:2]
    assert approvals_of(actor_of(case.line.colleague)).refused == ()
    assert data.chain_length >= 5
    assert len(data.chain_head) == 64


def test_too_many_approvals_are_refused_with_the_number(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(case)
    monkeypatch.setattr(plan_approval_compliance_rows, "MOST_CASES", 0)
    with pytest.raises(RuleViolation) as refusal:
        approvals_of()
    assert refusal.value.details == {"count": 1, "most": 0}


@pytest.mark.parametrize("locale", ["zh", "zh_Hant_TW", "en"])
def test_both_documents_print_from_rows(case: Case, locale: str) -> None:
    approve_all(case)
    sheet = PlanApprovalSheet().run(SYSTEM, PlanSheetParams(case.plan.id), locale)
    text = squeezed("".join(pages_of(sheet.content)))
    assert squeezed(case.plan.name) in text
    assert case.plan.approved_sha256 is not None
    assert case.plan.approved_sha256 in text
    assert sheet.file_name == f"plan-approval-sheet-{case.plan.code}.pdf"
    params = ComplianceParams(date(2026, 4, 1), date(2026, 4, 30))
    report = PlanApprovalCompliance().run(SYSTEM, params, locale)
    assert case.plan.code in squeezed("".join(pages_of(report.content)))
