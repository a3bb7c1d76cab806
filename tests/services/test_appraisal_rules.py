"""Rules of appraisals, rewards and penalties (R122, R123)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.core.clock import frozen_at
from app.services.appraisals import weighted_score
from models import (
    Appraisal,
    AppraisalCriterion,
    AppraisalCycle,
    AppraisalLevel,
    AppraisalScheme,
    AppraisalScore,
)
from tests.services.expect import refused
from tests.services.test_constraints_appraisals import make_appraisal, make_cycle, make_reward, make_scheme
from tests.services.world import NOON, PROOF, World, world

__all__ = ["world"]


def active(world: World, **values: Any) -> tuple[AppraisalScheme, AppraisalCycle]:
    scheme = make_scheme(world, **values)
    world.change(scheme, status="active")
    return scheme, world.save(make_cycle(world))


def score(appraisal: Appraisal, criterion: AppraisalCriterion, value: str) -> AppraisalScore:
    return AppraisalScore(appraisal_id=appraisal.id, criterion_id=criterion.id, score=Decimal(value))


def scored(world: World, values: tuple[str, str, str]) -> Appraisal:
    scheme, cycle = active(world)
    appraisal: Appraisal = world.save(make_appraisal(world, scheme, cycle))
    for criterion, value in zip(scheme.criteria, values, strict=True):
        world.save(score(appraisal, criterion, value))
    return appraisal


def test_a_scheme_needs_three_parts_a_hundred_percent_and_whole_levels(world: World) -> None:
    scheme = world.save(AppraisalScheme(name="员工考核", subject_kind="employee", status="active"))
    assert scheme.status == "draft"
    with refused("part-missing"):
        world.change(scheme, status="active")
    parts = [
        world.save(AppraisalCriterion(scheme_id=scheme.id, name=part, part=part, weight=Decimal(weight)))
        for part, weight in (("effect", 40), ("input_output", 30), ("customer_feedback", 29))
    ]
    with refused("weights-not-100") as error:
        world.change(scheme, status="active")
    assert "99.00" in str(error.value)
    world.change(parts[2], weight=Decimal(30))
    with refused("levels-not-whole"):
        world.change(scheme, status="active")
    low = {"scheme_id": scheme.id, "name": "差", "min_score": Decimal(0), "max_score": Decimal(60)}
    world.save(AppraisalLevel(**low))
    high = {"scheme_id": scheme.id, "name": "优", "min_score": Decimal(70), "max_score": Decimal(100)}
    level = world.save(AppraisalLevel(**high))
    with refused("bands-overlap"):
        world.change(level, min_score=Decimal(59))
    with refused("bad-band"):
        world.change(level, max_score=Decimal(101))
    with refused("bad-quota"):
        world.change(level, quota_percent=Decimal(0))
    world.session.expire(scheme)
    with refused("levels-not-whole") as error:
        world.change(scheme, status="active")
    assert "60" in str(error.value)
    world.change(level, min_score=Decimal(60))
    with refused("scheme-never-active"):
        world.change(scheme, status="retired")
    world.change(scheme, status="active")


def test_a_scheme_in_use_stays_as_it_is(world: World) -> None:
    scheme, _ = active(world)
    criterion, level = scheme.criteria[0], scheme.levels[0]
    for record, values in ((scheme, {"status": "draft"}), (scheme, {"subject_kind": "department"}),
                           (criterion, {"weight": Decimal(1)}), (level, {"name": "及格"})):  # fmt: skip
        with refused("scheme-in-use"):
            world.change(record, **values)
    for record in (criterion, level):
        with refused("scheme-in-use"):
            world.delete(record)
    world.change(scheme, status="retired")


def test_cycles(world: World) -> None:
    cycle = world.save(make_cycle(world))
    for code, values in (
        ("dates-reversed", {"end_on": date(2025, 12, 31)}),
        ("due-before-end", {"due_on": date(2026, 6, 29)}),
        ("bad-appeal-days", {"appeal_days": 91}),
    ):
        with refused(code):
            world.change(cycle, **values)


def test_the_appraisal_takes_its_kind_from_the_scheme(world: World) -> None:
    scheme, cycle = active(world, subject_kind="department")
    with refused("subject-needed"):
        world.save(make_appraisal(world, scheme, cycle))
    appraisal = world.save(make_appraisal(world, scheme, cycle, subject_department_id=world.sales.id))
    assert (appraisal.subject_kind, appraisal.subject_employee_id) == ("department", None)
    world.sales.leader_id = world.boss.id
    world.session.flush()
    with refused("reviewer-is-subject"):
        world.change(appraisal, comment="好")


def test_appraisal_refused(world: World) -> None:
    draft = make_scheme(world, code="AS-1")
    scheme, cycle = active(world)
    for code, values in (
        ("scheme-not-active", {"scheme_id": draft.id}),
        ("cycle-closed", {"cycle_id": 999999}),
        ("reviewer-is-subject", {"reviewer_id": world.colleague.id}),
        ("bad-score", {"self_score": Decimal("100.01")}),
        ("value-missing", {"reviewer_id": None}),
    ):
        with refused(code):
            world.save(make_appraisal(world, scheme, cycle, **values))
    world.save(make_appraisal(world, scheme, cycle))
    with refused("appraised-twice") as error:
        world.save(make_appraisal(world, scheme, cycle, code="AP-10"))
    assert "AP-9" in str(error.value)
    world.change(cycle, status="closed")
    with refused("cycle-closed"):
        world.save(make_appraisal(world, scheme, cycle, code="AP-10", subject_employee_id=world.staff.id))


@pytest.mark.parametrize(
    ("values", "final", "level"),
    [
        (("100", "100", "100"), "100.00", "优"),
        (("90", "80", "85"), "85.50", "优"),
        (("85", "85", "85"), "85.00", "优"),
        (("84.99", "85", "85"), "85.00", "优"),
        (("84.98", "85", "85"), "84.99", "中"),
        (("0", "0", "0"), "0.00", "差"),
        (("59.99", "60", "60"), "60.00", "中"),
    ],
)
def test_the_final_score_and_its_level_follow_the_scores(
    world: World, values: tuple[str, str, str], final: str, level: str
) -> None:
    appraisal = scored(world, values)
    assert appraisal.final_score == Decimal(final)
    assert appraisal.level is not None
    assert appraisal.level.name == level
    world.submittable(appraisal)


def test_a_half_cent_is_rounded_up_and_a_part_counts_nothing() -> None:
    assert weighted_score([(Decimal(50), Decimal("0.01")), (Decimal(50), Decimal("0.02"))]) == Decimal("0.02")
    assert weighted_score([(Decimal(50), Decimal(100))]) is None
    assert weighted_score([]) is None


def test_every_criterion_is_scored_once_and_before_submission(world: World) -> None:
    scheme, cycle = active(world)
    appraisal = world.save(make_appraisal(world, scheme, cycle))
    first = world.save(score(appraisal, scheme.criteria[0], "80"))
    foreign = make_scheme(world, code="AS-1").criteria[0]
    for code, record in (
        ("scored-twice", score(appraisal, scheme.criteria[0], "80")),
        ("foreign-criterion", score(appraisal, foreign, "80")),
        ("bad-score", score(appraisal, scheme.criteria[1], "100.01")),
    ):
        with refused(code):
            world.save(record)
    with refused("score-missing") as error:
        world.submittable(appraisal)
    assert scheme.criteria[1].name in str(error.value)
    other = make_scheme(world, code="AS-2")
    world.change(other, status="active")
    with refused("scores-of-other-scheme"):
        world.change(appraisal, scheme_id=other.id)
    for criterion in scheme.criteria[1:]:
        world.save(score(appraisal, criterion, "80"))
    assert appraisal.final_score == Decimal(80)
    world.change(first, score=Decimal(90))
    assert appraisal.final_score == Decimal(84)
    world.delete(first)
    assert (appraisal.final_score, appraisal.level_id) == (None, None)


def test_a_reward_rests_on_a_confirmed_appraisal(world: World) -> None:
    appraisal = scored(world, ("90", "90", "90"))
    level = appraisal.level
    assert level is not None
    with refused("appraisal-not-confirmed"):
        world.save(make_reward(world, appraisal, level, level_id=None))
    world.force(appraisal, **PROOF)
    for code, values in (
        ("kind-of-level", {"kind": "penalty", "appeal_until": date(2027, 1, 1)}),
        ("one-recipient", {"recipient_department_id": world.sales.id}),
        ("recipient-not-appraised", {"employee_id": world.boss.id}),
        ("recipient-is-owner", {"owner_id": world.colleague.id}),
        ("content-needed", {"content": " "}),
        ("amount-not-positive", {"amount": Decimal(0)}),
    ):
        with refused(code):
            world.save(make_reward(world, appraisal, level, level_id=None, **values))
    reward = world.save(make_reward(world, appraisal, level, level_id=None, appeal_until=date(2026, 1, 1)))
    assert (reward.level_id, reward.appeal_until) == (level.id, None)
    world.submittable(reward)


def test_a_penalty_leaves_time_to_appeal(world: World) -> None:
    appraisal = scored(world, ("10", "10", "10"))
    level = appraisal.level
    assert level is not None
    world.force(appraisal, **PROOF)
    with frozen_at(NOON):
        for until in (None, date(2026, 5, 7)):
            with refused("appeal-too-short") as error:
                world.save(make_reward(world, appraisal, level, appeal_until=until))
            assert "2026-05-08" in str(error.value)
        penalty = world.save(make_reward(world, appraisal, level, appeal_until=date(2026, 5, 8)))
        world.submittable(penalty)
    with frozen_at(NOON.replace(day=2)), refused("appeal-too-short"):
        world.submittable(penalty)
