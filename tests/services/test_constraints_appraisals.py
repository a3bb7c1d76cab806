"""What the database refuses of appraisals, rewards and penalties, on both databases."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import (
    Appraisal,
    AppraisalCriterion,
    AppraisalCycle,
    AppraisalLevel,
    AppraisalScheme,
    AppraisalScore,
    RewardPenalty,
)
from tests.services.world import PROOF, World, refused
from tests.services.world import unguarded_world as world

__all__ = ["world"]

PARTS = ("effect", "input_output", "customer_feedback")


def make_scheme(
    world: World, *, weights: tuple[int, ...] = (40, 30, 30), code: str = "AS-9", **values: Any
) -> AppraisalScheme:
    scheme = world.store(
        AppraisalScheme(code=code, name=f"年度考核 {code}", **{"subject_kind": "employee", **values})
    )
    world.store(
        *(
            AppraisalCriterion(scheme_id=scheme.id, name=part, part=part, weight=Decimal(weight))
            for part, weight in zip(PARTS, weights, strict=False)
        )
    )
    bands = (("差", 0, 60, "penalty"), ("中", 60, 85, "none"), ("优", 85, 100, "reward"))
    world.store(
        *(
            AppraisalLevel(
                scheme_id=scheme.id,
                name=name,
                min_score=Decimal(low),
                max_score=Decimal(high),
                consequence=consequence,
            )
            for name, low, high, consequence in bands
        )
    )
    return scheme  # type: ignore[no-any-return]


def make_cycle(world: World, **values: Any) -> AppraisalCycle:
    usual = {
        "code": "AY-9",
        "name": "2026 上半年",
        "start_on": date(2026, 1, 1),
        "end_on": date(2026, 6, 30),
        "due_on": date(2026, 7, 31),
    }
    return AppraisalCycle(**{**usual, **values})


def make_appraisal(world: World, scheme: AppraisalScheme, cycle: AppraisalCycle, **values: Any) -> Appraisal:
    usual = {
        "code": "AP-9",
        "cycle_id": cycle.id,
        "scheme_id": scheme.id,
        "subject_kind": "employee",
        "subject_employee_id": world.colleague.id,
        "reviewer_id": world.boss.id,
    }
    return Appraisal(**{**usual, **world.owned, **values})


def make_score(appraisal: Appraisal, criterion: AppraisalCriterion, **values: Any) -> AppraisalScore:
    usual = {
        "appraisal_id": appraisal.id,
        "criterion_id": criterion.id,
        "scheme_id": criterion.scheme_id,
        "weight": criterion.weight,
        "score": Decimal("90.00"),
    }
    return AppraisalScore(**{**usual, **values})


def approved(world: World, level: str) -> tuple[Appraisal, AppraisalLevel]:
    """Return a stored approved appraisal with its level (`差`, `中`, `优`)."""
    scheme, cycle = make_scheme(world), world.store(make_cycle(world))
    appraisal = world.store(make_appraisal(world, scheme, cycle))
    world.store(*(make_score(appraisal, criterion) for criterion in scheme.criteria))
    wanted = next(band for band in scheme.levels if band.name == level)
    appraisal.final_score, appraisal.level_id = wanted.min_score, wanted.id
    for name, value in PROOF.items():
        setattr(appraisal, name, value)
    world.session.flush()
    return appraisal, wanted


def make_reward(world: World, appraisal: Appraisal, level: AppraisalLevel, **values: Any) -> RewardPenalty:
    usual = {
        "code": "RP-9",
        "appraisal_id": appraisal.id,
        "level_id": level.id,
        "kind": level.consequence,
        "employee_id": world.colleague.id,
        "content": "奖金",
        "amount": Decimal("3000.00"),
    }
    return RewardPenalty(**{**usual, **world.owned, **values})


def test_a_scheme_becomes_active_with_three_parts_levels_and_a_hundred_percent(world: World) -> None:
    scheme = make_scheme(world, weights=(40, 30, 29))
    assert (scheme.weight_total, scheme.level_count) == (Decimal("99.00"), 3)
    refused(world.session, "ck_appraisal_scheme_weights_sum_to_100", scheme, status="active")
    scheme.criteria[2].part, scheme.criteria[2].weight = "other", Decimal(30)
    world.session.flush()
    refused(world.session, "ck_appraisal_scheme_three_parts", scheme, status="active")
    scheme.criteria[2].part = "customer_feedback"
    world.session.flush()
    scheme.status = "active"
    world.session.flush()
    refused(world.session, "ck_appraisal_scheme_weights_sum_to_100", scheme.criteria[0], weight=Decimal(41))
    refused(world.session, "ck_appraisal_scheme_subject_kind", scheme, subject_kind="weather")
    bare = world.store(AppraisalScheme(code="AS-1", name="空", subject_kind="employee"))
    refused(
        world.session,
        "ck_appraisal_scheme_weights_sum_to_100|ck_appraisal_scheme_three_parts|ck_appraisal_scheme_levels",
        bare,
        status="active",
    )


def test_criteria_and_levels_refused(world: World) -> None:
    scheme = make_scheme(world)
    criterion = {"scheme_id": scheme.id, "name": "新客", "part": "effect", "weight": Decimal(1)}
    for constraint, values in (
        ("ck_appraisal_criterion_part", {"part": "looks"}),
        ("ck_appraisal_criterion_weight", {"weight": Decimal(0)}),
        ("ck_appraisal_criterion_weight", {"weight": Decimal("100.01")}),
        ("uq_appraisal_criterion_scheme_id_name", {"name": "effect"}),
    ):
        refused(world.session, constraint, AppraisalCriterion(**{**criterion, **values}))
    level = {"scheme_id": scheme.id, "name": "良", "min_score": Decimal(80), "max_score": Decimal(84)}
    for constraint, values in (
        ("ck_appraisal_level_range", {"min_score": Decimal(84)}),
        ("ck_appraisal_level_range", {"max_score": Decimal("100.01")}),
        ("ck_appraisal_level_consequence", {"consequence": "jail"}),
        ("ck_appraisal_level_quota", {"quota_percent": Decimal(0)}),
        ("uq_appraisal_level_scheme_id_name", {"name": "优"}),
        ("uq_appraisal_level_scheme_id_min_score", {"min_score": Decimal(60)}),
    ):
        refused(world.session, constraint, AppraisalLevel(**{**level, **values}))


def test_cycle_refused(world: World) -> None:
    world.store(make_cycle(world))
    other = {"code": "AY-10", "name": "另一个", "start_on": date(2026, 2, 1)}
    for constraint, values in (
        ("ck_appraisal_cycle_dates", {"end_on": date(2026, 1, 31)}),
        ("ck_appraisal_cycle_due", {"due_on": date(2026, 6, 29)}),
        ("ck_appraisal_cycle_appeal_days", {"appeal_days": 0}),
        ("uq_appraisal_cycle_period", {"start_on": date(2026, 1, 1)}),
        ("uq_appraisal_cycle_name", {"name": "2026 上半年"}),
    ):
        refused(world.session, constraint, make_cycle(world, **{**other, **values}))


def test_appraisal_refused(world: World) -> None:
    scheme, cycle = make_scheme(world), world.store(make_cycle(world))
    of_departments = make_scheme(world, code="AS-10", subject_kind="department")
    foreign = of_departments.levels[0]
    both = {"subject_department_id": world.sales.id}
    for constraint, values in (
        ("ck_appraisal_one_subject", both),
        ("ck_appraisal_one_subject", {"subject_employee_id": None}),
        ("ck_appraisal_one_subject", {"subject_kind": "department"}),
        ("ck_appraisal_reviewer_not_subject", {"reviewer_id": world.colleague.id}),
        ("ck_appraisal_self_score", {"self_score": Decimal("100.01")}),
        ("ck_appraisal_final_score", {"final_score": Decimal("-0.01"), "level_id": scheme.levels[0].id}),
        ("ck_appraisal_level_with_score", {"final_score": Decimal(90)}),
        ("ck_appraisal_scored_after_draft", {"status": "in_review"}),
        ("fk_appraisal_scheme_id_subject_kind", {"scheme_id": of_departments.id}),
        ("fk_appraisal_level_id_scheme_id", {"final_score": Decimal(10), "level_id": foreign.id}),
    ):
        refused(world.session, constraint, make_appraisal(world, scheme, cycle, **values))
    world.store(make_appraisal(world, scheme, cycle))
    refused(world.session, "uq_appraisal_employee", make_appraisal(world, scheme, cycle, code="AP-10"))
    world.store(
        make_appraisal(
            world,
            of_departments,
            cycle,
            code="AP-11",
            subject_kind="department",
            subject_employee_id=None,
            **both,
        )
    )


def test_every_criterion_is_scored_before_submission(world: World) -> None:
    scheme, cycle = make_scheme(world), world.store(make_cycle(world))
    appraisal = world.store(make_appraisal(world, scheme, cycle))
    world.store(*(make_score(appraisal, criterion) for criterion in scheme.criteria[:2]))
    submitted = {"status": "in_review", "final_score": Decimal(90), "level_id": scheme.levels[2].id}
    refused(world.session, "ck_appraisal_scored_after_draft", appraisal, **submitted)
    last = scheme.criteria[2]
    refused(world.session, "ck_appraisal_score_score", make_score(appraisal, last, score=Decimal("100.01")))
    lie = make_score(appraisal, last, weight=Decimal("99.00"))
    refused(world.session, "fk_appraisal_score_criterion_id_scheme_id_weight", lie)
    other = make_scheme(world, code="AS-10")
    foreign = make_score(appraisal, other.criteria[0])
    refused(world.session, "fk_appraisal_score_appraisal_id_scheme_id", foreign)
    refused(
        world.session,
        "uq_appraisal_score_appraisal_id_criterion_id",
        make_score(appraisal, scheme.criteria[0]),
    )
    world.store(make_score(appraisal, last))
    for name, value in submitted.items():
        setattr(appraisal, name, value)
    world.session.flush()
    assert appraisal.scored_weight == Decimal("100.00")
    refused(world.session, "fk_appraisal_score_criterion_id_scheme_id_weight", last, weight=Decimal(1))


def test_rewards_rest_on_a_confirmed_appraisal_and_its_level(world: World) -> None:
    appraisal, level = approved(world, "优")
    assert appraisal.confirmed_level_id == level.id
    reward = make_reward(world, appraisal, level)
    for constraint, values in (
        ("fk_reward_penalty_level_id_kind", {"kind": "penalty", "appeal_until": date(2026, 9, 1)}),
        ("ck_reward_penalty_one_recipient", {"employee_id": None}),
        ("ck_reward_penalty_one_recipient", {"recipient_department_id": world.sales.id}),
        ("ck_reward_penalty_not_for_oneself", {"employee_id": world.staff.id}),
        ("ck_reward_penalty_content", {"content": ""}),
        ("ck_reward_penalty_amount", {"amount": Decimal(0)}),
        ("ck_reward_penalty_executed_after_appeal", {"executed_on": date(2026, 9, 1)}),
    ):
        refused(world.session, constraint, make_reward(world, appraisal, level, **values))
    middle = next(band for band in appraisal.scheme.levels if band.consequence == "none")
    other_level = make_reward(world, appraisal, level, level_id=middle.id)
    refused(
        world.session, "fk_reward_penalty_appraisal_id_level_id|fk_reward_penalty_level_id_kind", other_level
    )
    world.store(reward)
    refused(world.session, "fk_reward_penalty_appraisal_id_level_id", appraisal, status="rejected")
    refused(world.session, "uq_reward_penalty_recipient", make_reward(world, appraisal, level, code="RP-10"))
    world.store(
        make_reward(
            world, appraisal, level, code="RP-11", employee_id=None, recipient_department_id=world.sales.id
        )
    )


def test_an_unconfirmed_appraisal_rewards_nobody(world: World) -> None:
    scheme, cycle = make_scheme(world), world.store(make_cycle(world))
    best = scheme.levels[2]
    draft = world.store(make_appraisal(world, scheme, cycle, final_score=Decimal(90), level_id=best.id))
    assert draft.confirmed_level_id is None
    refused(world.session, "fk_reward_penalty_appraisal_id_level_id", make_reward(world, draft, best))


@pytest.mark.parametrize("days", [0, -1])
def test_a_penalty_states_its_appeal_and_waits_for_it(world: World, days: int) -> None:
    appraisal, level = approved(world, "差")
    refused(world.session, "ck_reward_penalty_penalty_needs_appeal", make_reward(world, appraisal, level))
    until = date(2026, 9, 1)
    penalty = world.store(make_reward(world, appraisal, level, appeal_until=until, **PROOF))
    too_early = until + timedelta(days=days)
    refused(world.session, "ck_reward_penalty_executed_after_appeal", penalty, executed_on=too_early)
    penalty.executed_on = until + timedelta(days=1)
    world.session.flush()
