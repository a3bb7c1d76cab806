"""Definitions: published once, pinned to running approvals, one for every approvable type."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.approvals.content import record_content
from app.approvals.definitions import draft, publish
from app.approvals.registry import approvable_types
from app.approvals.seeds import PLAN_ROUTE, seed_definitions
from app.approvals.snapshot import line_columns
from models.approvable import ApprovalStatus
from models.approvals import FlowDefinition, FlowVersion
from tests.factories.approvals import Case, make_case, with_route
from tests.services.expect import refused


@pytest.fixture
def case(session: Session) -> Case:
    return make_case(session)


def test_a_running_approval_keeps_its_version(case: Case) -> None:
    case.submit()
    version = case.instance.flow_version
    with_route(case, mode="all")
    assert version.state == "retired"
    case.decide("return_to_submitter", case.line.manager)
    case.submit()
    assert case.instance.flow_version is version
    case.approve(case.line.manager)
    case.approve(case.line.director)
    assert case.plan.status == ApprovalStatus.IN_FORCE


def test_seeding_twice_adds_nothing(session: Session) -> None:
    made = seed_definitions(session)
    assert "marketing_plan" in {one.record_type for one in made}
    assert seed_definitions(session) == []
    versions = session.scalars(select(FlowVersion)).all()
    assert len(versions) == len(made)
    assert {(one.number, one.state, one.sha256 is not None) for one in versions} == {(1, "published", True)}


def test_every_approvable_type_has_a_seeded_route(session: Session) -> None:
    made = {one.record_type for one in seed_definitions(session)}
    assert made == {kind.record_type for kind in approvable_types()}


def test_every_approvable_type_has_a_document_that_can_be_read(session: Session) -> None:
    for kind in approvable_types():
        model: Any = kind.model
        assert {"owner_id", "department_id"} <= record_content(model)
        columns = line_columns(session, model, 0)
        empty = session.execute(select(*columns)).one() if columns else ()
        assert list(empty) == [[] for _column in columns]


def test_an_invalid_definition_is_not_published(session: Session) -> None:
    seed_definitions(session)
    definition = session.scalars(select(FlowDefinition).filter_by(record_type="marketing_plan")).one()
    wrong = {**PLAN_ROUTE, "steps": [PLAN_ROUTE["steps"][0], PLAN_ROUTE["steps"][0]]}
    with refused("definition-invalid") as error:
        publish(session, draft(session, definition, wrong))
    (finding,) = error.value.details["findings"]
    assert (finding["code"], finding["step"]) == ("duplicate-step-key", "direct_superior")


def test_no_published_route_no_submission(case: Case) -> None:
    definition = case.session.scalars(select(FlowDefinition).filter_by(record_type="marketing_plan")).one()
    definition.deleted_at = datetime(2026, 1, 1, tzinfo=UTC)
    with refused("no-route"):
        case.submit()
