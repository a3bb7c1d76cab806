"""Rules of appraisals and their scores, and when an appraisal may be submitted (R122)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select

from app.approvals.conditions import Fact, FieldType
from app.approvals.registry import ApprovableType, register
from app.core.actor import Actor
from app.core.db import db
from app.core.i18n import lazy_gettext as _l
from app.services import crud
from app.services.appraisal_schemes import HUNDRED
from app.services.checks import before_flush, check, find, former, need, prepare
from models.appraisals import (
    Appraisal,
    AppraisalCriterion,
    AppraisalCycle,
    AppraisalLevel,
    AppraisalScheme,
    AppraisalScore,
    CycleStatus,
    SchemeStatus,
    SubjectKind,
)
from models.org import Department

SCHEMA = {
    "subject_kind": FieldType.TEXT,
    "final_score": FieldType.NUMBER,
    "consequence": FieldType.TEXT,
    "department": FieldType.TEXT,
}
"""Fields of an appraisal that conditions may name; `consequence` is what its level leads to."""
_SUBJECTS = {
    SubjectKind.EMPLOYEE.value: "subject_employee_id",
    SubjectKind.DEPARTMENT.value: "subject_department_id",
    SubjectKind.ACTIVITY.value: "subject_activity_id",
}


@before_flush
def save(actor: Actor, *, record: Appraisal) -> None:
    """Store or change an appraisal; the kind of its subject is the scheme's.

    Raises:
        RuleViolation: the scheme is not active, the cycle is closed, the subject does not fit the
            scheme or is appraised already, or the reviewer appraises himself or his own department.
    """
    _check_frame(record)
    prepare(record)
    _check_subject(record)
    check(
        record.self_score is None or 0 <= record.self_score <= HUNDRED,
        "bad-score",
        _l("A score lies between 0 and 100."),
        field="self_score",
    )
    if record.id is None:
        crud.create(actor, record=record)


def _check_frame(appraisal: Appraisal) -> None:
    scheme, cycle = find(AppraisalScheme, appraisal.scheme_id), find(AppraisalCycle, appraisal.cycle_id)
    check(
        scheme is not None and scheme.status == SchemeStatus.ACTIVE.value,
        "scheme-not-active",
        _l("Choose an active appraisal scheme."),
        field="scheme_id",
    )
    check(
        cycle is not None and cycle.status == CycleStatus.OPEN.value,
        "cycle-closed",
        _l("Choose an open appraisal cycle."),
        field="cycle_id",
    )
    assert scheme is not None
    has_new_scheme = former(appraisal, "scheme_id") != appraisal.scheme_id
    check(
        not (has_new_scheme and appraisal.scored_weight),
        "scores-of-other-scheme",
        _l("Delete the scores first; they belong to the former scheme."),
        field="scheme_id",
    )
    appraisal.subject_kind = scheme.subject_kind


def _check_subject(appraisal: Appraisal) -> None:
    wanted = _SUBJECTS[appraisal.subject_kind]
    for name in _SUBJECTS.values():
        if name != wanted:
            setattr(appraisal, name, None)
    key = getattr(appraisal, wanted)
    check(
        key is not None,
        "subject-needed",
        _l("Name who or what is appraised, as the scheme says."),
        field=wanted,
    )
    check(
        appraisal.subject_employee_id != appraisal.reviewer_id,
        "reviewer-is-subject",
        _l("Nobody appraises himself; choose another reviewer."),
        field="reviewer_id",
    )
    department = find(Department, appraisal.subject_department_id)
    check(
        department is None or department.leader_id is None or department.leader_id != appraisal.reviewer_id,
        "reviewer-is-subject",
        _l("The leader of a department does not appraise it; choose another reviewer."),
        field="reviewer_id",
    )
    session = db.session()
    twin = session.scalar(
        select(Appraisal.code).where(
            Appraisal.cycle_id == appraisal.cycle_id,
            getattr(Appraisal, wanted) == key,
            Appraisal.deleted_at.is_(None),
            Appraisal.id != (appraisal.id or 0),
        )
    )
    check(
        twin is None,
        "appraised-twice",
        _l("%(code)s appraises the same subject in this cycle already.", code=twin),
        field=wanted,
    )


@before_flush
def save_score(actor: Actor, *, record: AppraisalScore) -> None:
    """Store or change a score; its weight is the criterion's, and the final score follows.

    Raises:
        RuleViolation: the criterion is not of the appraisal's scheme or has a score already, or the
            score does not lie between 0 and 100.
    """
    prepare(record)
    appraisal = _appraisal_of(record)
    criterion = find(AppraisalCriterion, record.criterion_id)
    check(
        criterion is not None and criterion.scheme_id == appraisal.scheme_id,
        "foreign-criterion",
        _l("Choose a criterion of the appraisal's own scheme."),
        field="criterion_id",
    )
    assert criterion is not None
    check(
        0 <= record.score <= HUNDRED,
        "bad-score",
        _l("A score lies between 0 and 100."),
        field="score",
    )
    record.scheme_id, record.weight = criterion.scheme_id, criterion.weight
    others = [score for score in _scores_of(appraisal) if score.id != record.id]
    check(
        all(score.criterion_id != record.criterion_id for score in others),
        "scored-twice",
        _l("This criterion has a score already; change that one."),
        field="criterion_id",
    )
    if record.id is None:
        crud.create(actor, record=record)
    _set_result(appraisal, [*others, record])


@before_flush
def delete_score(actor: Actor, *, record: AppraisalScore) -> None:
    """Delete a score; without it there is no final score."""
    appraisal = _appraisal_of(record)
    others = [score for score in _scores_of(appraisal) if score.id != record.id]
    crud.delete(actor, record=record)
    _set_result(appraisal, others)


def _appraisal_of(score: AppraisalScore) -> Appraisal:
    return need(
        Appraisal,
        score.appraisal_id,
        code="appraisal-missing",
        message=_l("The appraisal does not exist."),
        field="appraisal_id",
    )


def _scores_of(appraisal: Appraisal) -> list[AppraisalScore]:
    session = db.session()
    return list(session.scalars(select(AppraisalScore).where(AppraisalScore.appraisal_id == appraisal.id)))


def weighted_score(scores: list[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Return the weighted mean of (weight in percent, score) pairs, to two places half up.

    None until the weights sum to 100: a part that was not scored would otherwise count as nothing.
    """
    if sum((weight for weight, _ in scores), Decimal(0)) != HUNDRED:
        return None
    exact = sum((weight * score for weight, score in scores), Decimal(0)) / HUNDRED
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _set_result(appraisal: Appraisal, scores: list[AppraisalScore]) -> None:
    pairs = [(score.weight, score.score) for score in scores]
    appraisal.final_score = weighted_score(pairs)
    appraisal.level_id = (
        None if appraisal.final_score is None else _level_of(appraisal, appraisal.final_score)
    )


def _level_of(appraisal: Appraisal, score: Decimal) -> int:
    """Return the key of the level whose band holds the score; 100 belongs to the highest."""
    session = db.session()
    bands = select(AppraisalLevel).where(AppraisalLevel.scheme_id == appraisal.scheme_id)
    levels = list(session.scalars(bands.order_by(AppraisalLevel.min_score.desc())))
    level = next(found for found in levels if found.min_score <= score)
    return level.id


def check_ready(_actor: Actor, appraisal: Appraisal) -> None:
    """Refuse an appraisal with a criterion that has no score (R122: all three parts).

    Raises:
        RuleViolation: with the code `score-missing`; the sentence names a criterion.
    """
    scored = {score.criterion_id for score in appraisal.scores}
    for criterion in appraisal.scheme.criteria:
        check(
            criterion.id in scored,
            "score-missing",
            _l("Score the criterion “%(name)s” first.", name=criterion.name),
            field="scores",
        )
    _check_subject(appraisal)


def facts(appraisal: Appraisal) -> dict[str, Fact]:
    """Return what conditions may ask of an appraisal."""
    return {
        "subject_kind": appraisal.subject_kind,
        "final_score": appraisal.final_score,
        "consequence": appraisal.level.consequence if appraisal.level else None,
        "department": appraisal.department.code,
    }


def _no_amount(_record: Any) -> None:
    return None


APPRAISAL = register(
    ApprovableType(
        record_type=Appraisal.__tablename__,
        model=Appraisal,
        title=str,
        amount=_no_amount,
        schema=SCHEMA,
        facts=facts,
        check_ready=check_ready,
    )
)
"""Appraisals as the approval engine knows them."""

crud.register(Appraisal, create=save, update=save)
crud.register(AppraisalScore, create=save_score, update=save_score, delete=delete_score)
