"""Rules of partner agreements and duties, and when an agreement may be submitted (R066-R069)."""

from decimal import Decimal

from sqlalchemy import select

from app.approvals.conditions import Fact, FieldType
from app.approvals.registry import ApprovableType, register
from app.core.actor import Actor
from app.core.db import db
from app.core.i18n import lazy_gettext as _l
from app.services import crud
from app.services.checks import before_flush, check, find, in_order, is_filled, need, prepare
from app.services.partners import is_open_to_business
from models.agreements import AgreementObligation, PartnerAgreement
from models.partners import Partner

SCHEMA = {
    "amount": FieldType.NUMBER,
    "partner_kind": FieldType.TEXT,
    "start_on": FieldType.DATE,
    "end_on": FieldType.DATE,
    "department": FieldType.TEXT,
}
"""Fields of an agreement that conditions may name."""


@before_flush
def save(actor: Actor, *, record: PartnerAgreement) -> None:
    """Store or change an agreement.

    Raises:
        RuleViolation: the partner is frozen or ended, dates are reversed, the fee is negative.
    """
    prepare(record)
    partner = find(Partner, record.partner_id)
    check(
        is_open_to_business(partner),
        "partner-stopped",
        _l("The cooperation with this partner is frozen or ended; choose another partner."),
        field="partner_id",
    )
    check(
        in_order(record.start_on, record.end_on),
        "dates-reversed",
        _l("The end must not lie before the start on %(day)s.", day=record.start_on),
        field="end_on",
    )
    check(
        record.amount >= 0,
        "amount-negative",
        _l("The fee must not be negative."),
        field="amount",
    )
    if record.id is None:
        crud.create(actor, record=record)


@before_flush
def save_obligation(actor: Actor, *, record: AgreementObligation) -> None:
    """Store or change a duty.

    Raises:
        RuleViolation: it is due before the agreement starts, or stands there already.
    """
    prepare(record)
    agreement = need(
        PartnerAgreement,
        record.agreement_id,
        code="agreement-missing",
        message=_l("The agreement does not exist."),
        field="agreement_id",
    )
    check(
        in_order(agreement.start_on, record.due_on),
        "due-before-start",
        _l("The duty must not be due before the agreement starts on %(day)s.", day=agreement.start_on),
        field="due_on",
    )
    session = db.session()
    twin = session.scalar(
        select(AgreementObligation.id).where(
            AgreementObligation.agreement_id == agreement.id,
            AgreementObligation.side == record.side,
            AgreementObligation.duty == record.duty,
            AgreementObligation.id != (record.id or 0),
        )
    )
    check(
        twin is None,
        "duty-twice",
        _l("This side has the same duty already; change its date instead."),
        field="duty",
    )
    if record.id is None:
        crud.create(actor, record=record)


def check_ready(_actor: Actor, agreement: PartnerAgreement) -> None:
    """Refuse an agreement that is not complete.

    Raises:
        RuleViolation: content, effect or duties are missing, or the partner is frozen or ended.
    """
    for name, message in (
        ("content", _l("State the content of the cooperation.")),
        ("effect_text", _l("State the expected effect and how it is measured.")),
    ):
        check(is_filled(getattr(agreement, name)), f"{name.replace('_', '-')}-needed", message, field=name)
    check(
        agreement.our_duties > 0 and agreement.their_duties > 0,
        "duties-needed",
        _l("An agreement needs at least one duty of each side."),
        field="obligations",
    )
    check_partner(_actor, agreement)


def check_partner(_actor: Actor, agreement: PartnerAgreement) -> None:
    """Refuse an agreement whose partner was frozen or ended meanwhile.

    Raises:
        RuleViolation: with the code `partner-stopped`.
    """
    check(
        is_open_to_business(find(Partner, agreement.partner_id)),
        "partner-stopped",
        _l("The cooperation with this partner is frozen or ended; choose another partner."),
        field="partner_id",
    )


def facts(agreement: PartnerAgreement) -> dict[str, Fact]:
    """Return what conditions may ask of an agreement."""
    return {
        "amount": agreement.amount,
        "partner_kind": agreement.partner.kind,
        "start_on": agreement.start_on,
        "end_on": agreement.end_on,
        "department": agreement.department.code,
    }


def _amount(agreement: PartnerAgreement) -> Decimal:
    return agreement.amount


AGREEMENT = register(
    ApprovableType(
        record_type=PartnerAgreement.__tablename__,
        model=PartnerAgreement,
        title=str,
        amount=_amount,
        schema=SCHEMA,
        facts=facts,
        check_ready=check_ready,
        on_approved=check_partner,
    )
)
"""Agreements as the approval engine knows them."""

crud.register(PartnerAgreement, create=save, update=save)
crud.register(AgreementObligation, create=save_obligation, update=save_obligation)
