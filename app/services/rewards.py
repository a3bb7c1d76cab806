"""Rules of rewards and penalties (R123)."""

from datetime import timedelta
from decimal import Decimal

from app.approvals.conditions import Fact, FieldType
from app.approvals.registry import ApprovableType, register
from app.core.actor import Actor
from app.core.clock import today
from app.core.i18n import lazy_gettext as _l
from app.services import crud
from app.services.checks import before_flush, check, find, in_order, is_filled, prepare
from models.appraisals import Appraisal, AppraisalLevel, Consequence, SubjectKind
from models.rewards import RewardKind, RewardPenalty

SCHEMA = {
    "amount": FieldType.NUMBER,
    "kind": FieldType.TEXT,
    "department": FieldType.TEXT,
}
"""Fields of a reward or penalty that conditions may name."""


@before_flush
def save(actor: Actor, *, record: RewardPenalty) -> None:
    """Store or change a reward or a penalty; its level is the one that the appraisal confirmed.

    Raises:
        RuleViolation: the appraisal is not confirmed, its level does not lead to this kind, the
            recipient is not the appraised one or the proposer, or a penalty leaves too little time.
    """
    prepare(record)
    appraisal = find(Appraisal, record.appraisal_id)
    level_id = appraisal.confirmed_level_id if appraisal else None
    level = find(AppraisalLevel, level_id)
    check(
        appraisal is not None and level is not None,
        "appraisal-not-confirmed",
        _l("A reward or penalty rests on a confirmed appraisal; have the appraisal approved first."),
        field="appraisal_id",
    )
    assert appraisal is not None
    assert level is not None
    record.level_id = level.id
    check(
        record.kind == level.consequence,
        "kind-of-level",
        _l(
            "The appraisal's level “%(level)s” leads to: %(consequence)s.",
            level=level.name,
            consequence=Consequence(level.consequence).label,
        ),
        field="kind",
    )
    check(
        is_filled(record.content), "content-needed", _l("Say what the reward or penalty is."), field="content"
    )
    check(record.amount is None or record.amount > 0, "amount-not-positive", _l("The amount must be above zero."),
          field="amount")  # fmt: skip
    if record.id is None:
        crud.create(actor, record=record)
    _check_recipient(record, appraisal)
    _check_appeal(record, appraisal)


def _check_recipient(reward: RewardPenalty, appraisal: Appraisal) -> None:
    check(
        (reward.employee_id is None) != (reward.recipient_department_id is None),
        "one-recipient",
        _l("Name either an employee or a department."),
        field="employee_id",
    )
    expected = {
        SubjectKind.EMPLOYEE.value: reward.employee_id == appraisal.subject_employee_id,
        SubjectKind.DEPARTMENT.value: reward.recipient_department_id == appraisal.subject_department_id,
    }
    check(
        expected.get(appraisal.subject_kind, True),
        "recipient-not-appraised",
        _l("The recipient must be the one who was appraised."),
        field="employee_id",
    )
    check(
        reward.employee_id is None or reward.employee_id != reward.owner_id,
        "recipient-is-owner",
        _l("Nobody proposes a reward or penalty for himself."),
        field="employee_id",
    )


def _check_appeal(reward: RewardPenalty, appraisal: Appraisal) -> None:
    if reward.kind != RewardKind.PENALTY.value:
        reward.appeal_until = None
        return
    first = today() + timedelta(days=appraisal.cycle.appeal_days)
    check(
        reward.appeal_until is not None and in_order(first, reward.appeal_until),
        "appeal-too-short",
        _l("Leave time to appeal until %(day)s at least.", day=first),
        field="appeal_until",
    )


def check_ready(_actor: Actor, reward: RewardPenalty) -> None:
    """Refuse a penalty whose time to appeal has become too short while it was a draft.

    Raises:
        RuleViolation: with the code `appeal-too-short`.
    """
    _check_appeal(reward, reward.appraisal)


def facts(reward: RewardPenalty) -> dict[str, Fact]:
    """Return what conditions may ask of a reward or penalty."""
    return {"amount": reward.amount, "kind": reward.kind, "department": reward.department.code}


def _amount(reward: RewardPenalty) -> Decimal | None:
    return reward.amount


REWARD = register(
    ApprovableType(
        record_type=RewardPenalty.__tablename__,
        model=RewardPenalty,
        title=str,
        amount=_amount,
        schema=SCHEMA,
        facts=facts,
        check_ready=check_ready,
    )
)
"""Rewards and penalties as the approval engine knows them."""

crud.register(RewardPenalty, create=save, update=save)
