"""Rules of appraisal schemes, their criteria and levels, and of cycles (R122)."""

from decimal import Decimal

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import WrongState
from app.core.i18n import lazy_gettext as _l
from app.services import crud
from app.services.checks import before_flush, check, former, in_order, need, prepare
from models.appraisals import (
    AppraisalCriterion,
    AppraisalCycle,
    AppraisalLevel,
    AppraisalScheme,
    CriterionPart,
    SchemeStatus,
)

HUNDRED = Decimal(100)


@before_flush
def create(actor: Actor, *, record: AppraisalScheme) -> None:
    """Store a new scheme, always as a draft."""
    record.status = SchemeStatus.DRAFT.value
    prepare(record)
    crud.create(actor, record=record)


@before_flush
def update(_actor: Actor, *, record: AppraisalScheme) -> None:
    """Change a scheme; becoming active needs the three parts, 100 percent and levels without gaps.

    Raises:
        RuleViolation: the scheme is not complete; the sentence says what is missing.
        WrongState: a scheme in use would change its subject or become a draft again.
    """
    prepare(record)
    was = former(record, "status")
    if was != SchemeStatus.DRAFT.value:
        is_moved_on = record.status in {was, SchemeStatus.RETIRED.value}
        if not is_moved_on or former(record, "subject_kind") != record.subject_kind:
            raise WrongState(
                "scheme-in-use",
                _l("A scheme that was active can only be retired. Make a new one for changes."),
            )
        return
    if record.status == SchemeStatus.ACTIVE.value:
        check_complete(record)
    check(
        record.status != SchemeStatus.RETIRED.value,
        "scheme-never-active",
        _l("A draft is deleted, not retired."),
        field="status",
    )


def check_complete(scheme: AppraisalScheme) -> None:
    """Refuse a scheme that cannot be appraised by.

    Raises:
        RuleViolation: a mandatory part is missing, the weights do not sum to 100, or the levels leave
            a gap or overlap between 0 and 100.
    """
    for part, count in (
        (CriterionPart.EFFECT, scheme.effect_count),
        (CriterionPart.INPUT_OUTPUT, scheme.input_output_count),
        (CriterionPart.CUSTOMER_FEEDBACK, scheme.customer_feedback_count),
    ):
        check(
            count > 0,
            "part-missing",
            _l("The part “%(part)s” is mandatory; add a criterion for it.", part=part.label),
            field="status",
        )
    check(
        scheme.weight_total == HUNDRED,
        "weights-not-100",
        _l("The weights sum to %(total)s; they must sum to exactly 100.", total=scheme.weight_total),
        field="status",
    )
    reached = Decimal(0)
    for level in _levels_of(scheme):
        check(
            level.min_score == reached,
            "levels-not-whole",
            _l(
                "The level “%(name)s” must begin at %(score)s, where the one before ends.",
                name=level.name,
                score=reached,
            ),
            field="status",
        )
        reached = level.max_score
    check(
        reached == HUNDRED,
        "levels-not-whole",
        _l("The highest level must end at 100; it ends at %(score)s.", score=reached),
        field="status",
    )


def _levels_of(scheme: AppraisalScheme) -> list[AppraisalLevel]:
    """Return the stored levels from the lowest up, whatever the session has loaded before."""
    bands = select(AppraisalLevel).where(AppraisalLevel.scheme_id == scheme.id)
    return list(db.session.scalars(bands.order_by(AppraisalLevel.min_score)))


def _draft_of(line: AppraisalCriterion | AppraisalLevel) -> AppraisalScheme:
    scheme = need(
        AppraisalScheme,
        line.scheme_id,
        code="scheme-missing",
        message=_l("The appraisal scheme does not exist."),
        field="scheme_id",
    )
    if scheme.status != SchemeStatus.DRAFT.value:
        raise WrongState(
            "scheme-in-use", _l("Only a draft changes; this scheme is in use. Make a new one for changes.")
        )
    return scheme


@before_flush
def save_criterion(actor: Actor, *, record: AppraisalCriterion) -> None:
    """Store or change a criterion of a draft.

    Raises:
        RuleViolation: the weight does not lie above 0 and at most at 100.
        WrongState: the scheme is in use.
    """
    prepare(record)
    _draft_of(record)
    check(
        0 < record.weight <= HUNDRED,
        "bad-weight",
        _l("The weight lies above 0 and at most at 100."),
        field="weight",
    )
    if record.id is None:
        crud.create(actor, record=record)


@before_flush
def save_level(actor: Actor, *, record: AppraisalLevel) -> None:
    """Store or change a level of a draft.

    Raises:
        RuleViolation: the band is empty or leaves 0 to 100, or overlaps another level.
        WrongState: the scheme is in use.
    """
    prepare(record)
    scheme = _draft_of(record)
    low, high = record.min_score, record.max_score
    check(
        0 <= low < high <= HUNDRED,
        "bad-band",
        _l("The band begins at 0 or more, ends at 100 or less, and is not empty."),
        field="max_score",
    )
    for other in _levels_of(scheme):
        is_apart = other.id == record.id or high <= other.min_score or other.max_score <= low
        check(
            is_apart,
            "bands-overlap",
            _l("The band overlaps the level “%(name)s”.", name=other.name),
            field="min_score",
        )
    check(
        record.quota_percent is None or 0 < record.quota_percent <= HUNDRED,
        "bad-quota",
        _l("The quota lies above 0 and at most at 100 percent."),
        field="quota_percent",
    )
    if record.id is None:
        crud.create(actor, record=record)


@before_flush
def delete_line(actor: Actor, *, record: AppraisalCriterion | AppraisalLevel) -> None:
    """Delete a criterion or a level of a draft.

    Raises:
        WrongState: the scheme is in use.
    """
    _draft_of(record)
    crud.delete(actor, record=record)


@before_flush
def save_cycle(actor: Actor, *, record: AppraisalCycle) -> None:
    """Store or change a cycle.

    Raises:
        RuleViolation: the days are not in order, or the time to appeal is not 1 to 90 days.
    """
    prepare(record)
    check(
        in_order(record.start_on, record.end_on),
        "dates-reversed",
        _l("The end must not lie before the start on %(day)s.", day=record.start_on),
        field="end_on",
    )
    check(
        in_order(record.end_on, record.due_on),
        "due-before-end",
        _l("Appraisals cannot be due before the cycle ends on %(day)s.", day=record.end_on),
        field="due_on",
    )
    check(
        1 <= record.appeal_days <= 90,
        "bad-appeal-days",
        _l("The time to appeal lies between 1 and 90 days."),
        field="appeal_days",
    )
    if record.id is None:
        crud.create(actor, record=record)


crud.register(AppraisalScheme, create=create, update=update)
crud.register(AppraisalCriterion, create=save_criterion, update=save_criterion, delete=delete_line)
crud.register(AppraisalLevel, create=save_level, update=save_level, delete=delete_line)
crud.register(AppraisalCycle, create=save_cycle, update=save_cycle)
