"""The approval of a plan from submission to its end: who is asked, what each verb does, what the log says."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.approvals.evidence import verify
from app.core import clock
from app.core.events import pending
from app.services import approvals
from models.approvable import ApprovalStatus
from models.approvals import ActorKind, ApprovalVerb, Capacity, InstanceState
from models.audit import AuditEvent
from tests.factories.approvals import Case, make_case, new_key, with_route
from tests.factories.org import actor_of, make_employee, make_placement
from tests.services.expect import refused, statements


@pytest.fixture
def case(session: Session) -> Case:
    return make_case(session)


def verbs(case: Case) -> list[str]:
    return [entry.verb for entry in approvals.trail(case.instance)]


def sound(case: Case) -> bool:
    """Whether the chain verifies and the replayed log gives the stored state."""
    return verify(case.session, case.instance) == []


# ------------------------------------------------------------------ the main job


def test_staff_submits_the_superior_and_the_next_level_approve(case: Case) -> None:
    line, plan = case.line, case.plan
    submitted = case.submit(comment="Please look at May.")
    assert plan.status == ApprovalStatus.IN_REVIEW
    assert submitted.instance.state == InstanceState.IN_REVIEW
    assert case.open_people() == ["Manager"]
    assert case.to_do(line.manager).capacity == Capacity.DIRECT_SUPERIOR

    case.approve(line.manager, comment="Good.")
    assert case.open_people() == ["Director"]
    assert case.to_do(line.director).capacity == Capacity.HIGHER_LEVEL
    assert plan.status == ApprovalStatus.IN_REVIEW

    case.approve(line.director)
    case.session.commit()
    assert plan.status == ApprovalStatus.IN_FORCE
    assert plan.approved_at is not None
    assert plan.approved_sha256 == case.instance.snapshot.sha256 == approvals.content_digest(plan)
    assert case.instance.state == InstanceState.APPROVED
    assert case.instance.finished_at == plan.approved_at
    assert verbs(case) == ["submit", "step_opened", "approve", "step_opened", "approve", "finish"]
    assert sound(case)


def test_the_log_tells_who_acted_in_which_capacity_on_what(case: Case) -> None:
    case.submit()
    case.approve(case.line.manager, comment="  Good.  ")
    submitted, opened, approved, _next = approvals.trail(case.instance)
    assert (submitted.actor_kind, submitted.actor) == (ActorKind.PERSON, case.line.staff)
    assert (opened.actor_kind, opened.actor) == (ActorKind.SYSTEM, None)
    assert (approved.actor, approved.capacity, approved.comment) == (
        case.line.manager,
        Capacity.DIRECT_SUPERIOR,
        "Good.",
    )
    assert approved.snapshot_sha256 == case.instance.snapshot.sha256 == approved.details["seen_sha256"]
    assert approved.flow_sha256 == case.instance.flow_version.sha256


def test_each_event_is_quoted_in_the_audit_trail(case: Case) -> None:
    case.submit()
    case.approve(case.line.manager)
    case.session.commit()
    query = select(AuditEvent).where(AuditEvent.action.startswith("approval.")).order_by(AuditEvent.seq)
    quoted = [entry for entry in case.session.scalars(query) if entry.record_id == str(case.plan.id)]
    assert [entry.action for entry in quoted] == [f"approval.{verb}" for verb in verbs(case)]
    assert [entry.changes["event_hash"] for entry in quoted] == [
        one.hash for one in approvals.trail(case.instance)
    ]


def test_new_to_dos_and_ends_are_announced(case: Case) -> None:
    case.submit()
    case.approve(case.line.manager)
    case.approve(case.line.director)
    told = [(one.topic, one.payload.get("employee_id")) for one in pending(case.session)]
    assert told == [
        ("approval.assigned", case.line.manager.id),
        ("approval.assigned", case.line.director.id),
        ("approval.approved", None),
    ]
    assert {one.payload["record_id"] for one in pending(case.session)} == {case.plan.id}


@pytest.mark.parametrize(
    ("budget", "people"),
    [
        ("199999.99", ["Manager", "Director"]),
        ("200000.00", ["Manager", "Director"]),
        ("2000000.00", ["Manager", "Director", "Vice"]),
    ],
)
def test_the_amount_decides_how_high_it_goes(session: Session, budget: str, people: list[str]) -> None:
    case = make_case(session, budget)
    expected = approvals.preview(actor_of(case.line.staff), record=case.plan)
    assert [one.name for step in expected for one in step.people] == people
    case.submit()
    asked = []
    while case.instance.state == InstanceState.IN_REVIEW:
        (name,) = case.open_people()
        asked.append(name)
        case.approve(next(one for one in vars(case.line).values() if getattr(one, "name", None) == name))
    assert asked == people
    assert case.plan.status == ApprovalStatus.IN_FORCE
    assert [one["name"] for step in case.instance.expected_route for one in step["people"]] == people
    assert sound(case)


def test_a_preview_changes_nothing(case: Case) -> None:
    approvals.preview(actor_of(case.line.staff), record=case.plan)
    assert not case.session.dirty
    assert approvals.current_instance(case.plan) is None


def test_who_is_under_the_top_needs_the_top_only(session: Session) -> None:
    case = make_case(session)
    case.plan.owner_id = case.line.vice.id
    case.submit(case.line.vice)
    case.approve(case.line.general)
    assert case.plan.status == ApprovalStatus.IN_FORCE
    assert verbs(case) == ["submit", "step_opened", "approve", "step_skipped", "finish"]
    assert sound(case)


# ------------------------------------------------------------------ the superior on the day


def test_the_superior_of_the_day_approves_and_not_of_today(case: Case) -> None:
    line = case.line
    former = make_employee(
        case.session, "Former", level=3, superior=line.director, department=line.department
    )
    make_placement(case.session, line.staff, former, date(2026, 1, 1), date(2026, 3, 1))
    make_placement(case.session, line.staff, line.manager, date(2026, 3, 1))
    with clock.frozen_at(datetime(2026, 2, 28, 15, 59, tzinfo=UTC)):  # 23:59 in Shanghai
        preview = approvals.preview(actor_of(line.staff), record=case.plan)
        assert preview[0].people[0].name == "Former"
        case.submit()
    assert case.open_people() == ["Former"]
    assert case.to_do(former).reason["day"] == "2026-02-28"
    with clock.frozen_at(datetime(2026, 2, 28, 16, 0, tzinfo=UTC)):  # the next day in Shanghai
        assert approvals.preview(actor_of(line.colleague), record=case.plan)[0].people[0].name == "Manager"


def test_an_assignment_without_superior_means_none(case: Case) -> None:
    make_placement(case.session, case.line.staff, None, date(2026, 1, 1))
    first, _second = approvals.preview(actor_of(case.line.staff), record=case.plan)
    assert (first.outcome, first.why) == ("hold", "empty")


@pytest.mark.parametrize(
    "columns",
    [
        {"status": "left", "left_on": date(2026, 1, 1)},
        {"left_on": date(2026, 1, 1)},
        {"hired_on": date(2099, 1, 1)},
        {"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_superior_who_is_not_here_is_not_asked(case: Case, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(case.line.manager, name, value)
    with clock.frozen_at(datetime(2026, 3, 1, tzinfo=UTC)):
        first, second = approvals.preview(actor_of(case.line.staff), record=case.plan)
        assert (first.outcome, first.why) == ("hold", "empty")
        assert [one.name for one in second.people] == ["Director"]


def test_a_loop_of_superiors_ends(case: Case) -> None:
    case.line.director.superior = case.line.manager
    first, second = approvals.preview(actor_of(case.line.staff), record=case.plan)
    assert [one.name for one in (*first.people, *second.people)] == ["Manager", "Director"]


def test_one_statement_loads_the_line_of_superiors(case: Case) -> None:
    with statements(case.session) as seen:
        approvals.preview(actor_of(case.line.staff), record=case.plan)
    assert sum("employee" in statement for statement in seen) == 1


# ------------------------------------------------------------------ held, and given to somebody


def test_nobody_to_ask_waits_for_an_administrator(case: Case) -> None:
    line = case.line
    line.manager.left_on = date(2026, 1, 1)
    case.submit()
    assert case.instance.needs_administrator
    assert case.open_people() == []
    assert approvals.held() == [case.instance]
    assert "approval.held" in [one.topic for one in pending(case.session)]

    case.reassign(line.vice, instance_id=case.instance.id)
    assert not case.instance.needs_administrator
    assert case.open_people() == ["Vice"]
    told = approvals.trail(case.instance)[-1]
    assert (told.verb, told.actor_kind, told.actor) == (
        "reassign",
        ActorKind.ADMINISTRATOR,
        line.administrator,
    )
    assert told.comment == "He is on leave."
    assert case.to_do(line.vice).reason["rule"] == "administrator"
    case.approve(line.vice)
    case.approve(line.director)
    assert case.plan.status == ApprovalStatus.IN_FORCE
    assert sound(case)


def test_an_open_to_do_is_given_to_somebody_else_and_back(case: Case) -> None:
    line = case.line
    case.submit()
    case.reassign(line.colleague, assignment_id=case.to_do(line.manager).id)
    assert case.open_people() == ["Colleague"]
    with refused("not-current-approver"):
        case.approve(line.manager)
    case.reassign(line.manager, assignment_id=case.to_do(line.colleague).id)
    assert case.open_people() == ["Manager"]
    case.approve(line.manager)
    assert sound(case)


# ------------------------------------------------------------------ ends other than approval


def test_returned_changed_and_submitted_again_restarts(case: Case) -> None:
    line, plan = case.line, case.plan
    first = case.submit().instance
    before = first.snapshot.sha256
    case.approve(line.manager)
    case.decide("return_to_submitter", line.director, comment="April is too expensive.")
    assert (plan.status, first.state) == (ApprovalStatus.RETURNED, InstanceState.RETURNED)
    assert first.finished_at is None

    plan.name = "Spring campaign, cheaper"
    plan.goals[0].target_value += 1
    again = case.submit()
    assert again.instance is first
    assert (first.round_no, plan.revision) == (2, 2)
    assert first.snapshot.sha256 != before
    assert case.open_people() == ["Manager"]
    case.approve(line.manager)
    case.approve(line.director)
    assert plan.status == ApprovalStatus.IN_FORCE
    assert plan.approved_sha256 == first.snapshot.sha256
    assert sound(case)


def test_submitted_again_unchanged_is_the_same_revision(case: Case) -> None:
    case.submit()
    case.decide("return_to_submitter", case.line.manager)
    case.submit()
    assert (case.instance.round_no, case.plan.revision, case.instance.snapshot.version_no) == (2, 1, 1)


def test_rejected_ends_for_good(case: Case) -> None:
    case.submit()
    case.decide("reject", case.line.manager, comment="Not this year.")
    assert (case.plan.status, case.instance.state) == (ApprovalStatus.REJECTED, InstanceState.REJECTED)
    assert case.open_people() == []
    assert verbs(case) == ["submit", "step_opened", "reject", "finish"]
    assert sound(case)
    with refused("not-submittable"):
        case.submit()


@pytest.mark.parametrize("is_returned", [False, True])
def test_withdrawn_can_be_changed_and_submitted_anew(case: Case, is_returned: bool) -> None:
    first = case.submit().instance
    if is_returned:
        case.decide("return_to_submitter", case.line.manager)
    case.withdraw(comment="I forgot June.")
    assert (case.plan.status, first.state) == (ApprovalStatus.WITHDRAWN, InstanceState.WITHDRAWN)
    assert case.open_people() == []
    assert sound(case)
    case.plan.name = "With June"
    second = case.submit().instance
    assert second is not first
    assert (second.round_no, case.plan.revision) == (1, 2)
    assert sound(case)


def test_a_returned_plan_with_a_new_owner_begins_a_new_approval(case: Case) -> None:
    first = case.submit().instance
    case.decide("return_to_submitter", case.line.manager)
    case.plan.owner_id = case.line.colleague.id
    second = case.submit(case.line.colleague).instance
    assert (first.state, second.submitter_id) == (InstanceState.CANCELLED, case.line.colleague.id)
    assert verify(case.session, first) == []
    assert sound(case)


# ------------------------------------------------------------------ modes


def test_a_condition_reads_the_facts_of_the_plan(case: Case) -> None:
    condition = {"field": "department", "op": "eq", "value": case.line.department.code}
    with_route(case, mode="all", condition=condition)
    case.submit()
    assert case.open_people() == ["Manager", "Director", "Vice"]
    case.withdraw()
    with_route(case, mode="all", condition={"not": condition})
    case.submit()
    assert case.plan.status == ApprovalStatus.IN_FORCE


def test_any_one_of_several_passes_the_step(case: Case) -> None:
    with_route(case, mode="any")
    case.submit()
    assert case.open_people() == ["Manager", "Director", "Vice"]
    case.approve(case.line.director)
    assert case.plan.status == ApprovalStatus.IN_FORCE
    with refused("already-decided"):
        case.approve(case.line.manager)
    assert sound(case)


def test_all_must_sign(case: Case) -> None:
    with_route(case, mode="all")
    case.submit()
    for person in (case.line.vice, case.line.manager):
        case.approve(person)
        assert case.plan.status == ApprovalStatus.IN_REVIEW
    case.approve(case.line.director)
    assert case.plan.status == ApprovalStatus.IN_FORCE
    assert sound(case)


def test_one_after_another(case: Case) -> None:
    with_route(case, mode="sequential")
    case.submit()
    assert case.open_people() == ["Manager"]
    with refused("not-current-approver"):
        case.approve(case.line.director)
    for person in (case.line.manager, case.line.director, case.line.vice):
        assert case.open_people() == [person.name]
        case.approve(person)
    assert case.plan.status == ApprovalStatus.IN_FORCE
    assert sound(case)


@pytest.mark.parametrize("mode", ["any", "all", "sequential"])
@pytest.mark.parametrize(("on_reject", "status"), [("end", "rejected"), ("return", "returned")])
def test_one_rejection_ends_the_step(case: Case, mode: str, on_reject: str, status: str) -> None:
    with_route(case, mode=mode, on_reject=on_reject)
    case.submit()
    case.decide("reject", case.line.manager)
    assert case.plan.status == status
    assert case.open_people() == []
    assert sound(case)


@pytest.mark.parametrize(("action", "status"), [("approve", "in_force"), ("reject", "rejected")])
def test_an_empty_step_is_decided_by_the_system_and_not_by_a_person(
    case: Case, action: str, status: str
) -> None:
    nobody = [{"rule": "role", "role": "Nobody"}]
    with_route(case, approvers=nobody, on_empty={"action": action})
    case.submit()
    assert case.plan.status == status
    assert {one.actor_kind for one in approvals.trail(case.instance)[1:]} == {ActorKind.SYSTEM}
    assert sound(case)


# ------------------------------------------------------------------ lists


def test_lists_and_counters_agree(case: Case) -> None:
    line = case.line
    case.submit()
    assert [one.record_title for one in approvals.submitted(line.staff.id)] == [str(case.plan)]
    assert [one.instance.record_title for one in approvals.inbox(line.manager.id)] == [str(case.plan)]
    assert approvals.inbox_count(line.manager.id) == 1
    assert approvals.decided(line.manager.id) == []
    case.approve(line.manager)
    assert approvals.inbox_count(line.manager.id) == 0 == len(approvals.inbox(line.manager.id))
    assert [one.state for one in approvals.decided(line.manager.id)] == ["approved"]
    assert approvals.count(approvals.decided_query(line.manager.id)) == 1
    assert approvals.count(approvals.submitted_query(line.staff.id)) == 1


def test_buttons_are_offered_to_whom_they_work_for(case: Case) -> None:
    line = case.line
    assert approvals.possible_verbs(actor_of(line.staff), record=case.plan) == {ApprovalVerb.SUBMIT}
    assert approvals.possible_verbs(actor_of(line.manager), record=case.plan) == set()
    case.submit()
    assert approvals.possible_verbs(actor_of(line.staff), record=case.plan) == {ApprovalVerb.WITHDRAW}
    assert approvals.possible_verbs(actor_of(line.manager), record=case.plan) == {
        ApprovalVerb.APPROVE,
        ApprovalVerb.REJECT,
        ApprovalVerb.RETURN,
    }
    assert approvals.possible_verbs(actor_of(line.director), record=case.plan) == set()
    assert approvals.is_party(actor_of(line.manager), record=case.plan)
    assert not approvals.is_party(actor_of(line.director), record=case.plan)


# ------------------------------------------------------------------ cost


def test_a_decision_takes_few_statements(case: Case) -> None:
    case.submit()
    case.session.commit()
    counts: list[int] = []
    said: list[str] = []
    for person in (case.line.manager, case.line.director):
        to_do, digest, actor = case.to_do(person).id, case.instance.snapshot.sha256, actor_of(person)
        case.session.commit()
        with statements(case.session) as seen:
            approvals.approve(actor, assignment_id=to_do, seen_sha256=digest, request_key=new_key())
            case.session.commit()
        counts.append(len(seen))
        said += ["", *seen]
    dialect = case.session.get_bind().dialect.name
    assert counts == ([10, 11] if dialect == "sqlite" else [11, 12]), "\n".join(said)
