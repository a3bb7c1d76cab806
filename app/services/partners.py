"""Rules of partners, regions and sourcing events (R102-R104)."""

from app.core.actor import Actor
from app.core.i18n import lazy_gettext as _l
from app.services import crud
from app.services.checks import before_flush, check, find, in_order, is_filled, prepare
from models.partners import Partner, PartnerStatus, Region, SourcingEvent

_STOPPED = frozenset({PartnerStatus.FROZEN.value, PartnerStatus.ENDED.value})


@before_flush
def create(actor: Actor, *, record: Partner) -> None:
    """Store a new partner.

    Raises:
        RuleViolation: as for `update`.
    """
    prepare(record)
    _check_partner(record)
    crud.create(actor, record=record)


@before_flush
def update(_actor: Actor, *, record: Partner) -> None:
    """Change a partner.

    Raises:
        RuleViolation: a stopped cooperation without a reason, a reminder without or after the renewal.
    """
    prepare(record)
    _check_partner(record)


def _check_partner(partner: Partner) -> None:
    check(
        partner.status not in _STOPPED or is_filled(partner.status_reason),
        "reason-needed",
        _l("Say why the cooperation is frozen or ended."),
        field="status_reason",
    )
    check(
        partner.remind_on is None or partner.renewal_on is not None,
        "renewal-needed",
        _l("Give the day of the renewal, or leave the reminder empty."),
        field="renewal_on",
    )
    check(
        in_order(partner.remind_on, partner.renewal_on),
        "reminder-late",
        _l("The reminder must not come after the renewal on %(day)s.", day=partner.renewal_on),
        field="remind_on",
    )


def is_open_to_business(partner: Partner | None) -> bool:
    """Whether new agreements may be made with a partner."""
    return partner is not None and partner.status not in _STOPPED


@before_flush
def create_region(actor: Actor, *, record: Region) -> None:
    """Store a new region under its parent."""
    prepare(record)
    crud.create(actor, record=record)


@before_flush
def update_region(_actor: Actor, *, record: Region) -> None:
    """Change a region; the tree stays a tree.

    Raises:
        RuleViolation: the new parent lies below the region itself.
    """
    seen = {record.id}
    above = find(Region, record.parent_id)
    while above is not None:
        check(
            above.id not in seen,
            "region-circle",
            _l("“%(name)s” lies below this region and cannot be its parent.", name=above.name),
            field="parent_id",
        )
        seen.add(above.id)
        above = find(Region, above.parent_id)


@before_flush
def save_event(actor: Actor, *, record: SourcingEvent) -> None:
    """Store or change a sourcing event.

    Raises:
        RuleViolation: it ends before it starts, or its cost is negative.
    """
    prepare(record)
    check(
        in_order(record.held_on, record.ended_on),
        "dates-reversed",
        _l("The end must not lie before the start on %(day)s.", day=record.held_on),
        field="ended_on",
    )
    check(
        record.cost_amount >= 0,
        "amount-negative",
        _l("The cost must not be negative."),
        field="cost_amount",
    )
    if record.id is None:
        crud.create(actor, record=record)


crud.register(Partner, create=create, update=update)
crud.register(Region, create=create_region, update=update_region)
crud.register(SourcingEvent, create=save_event, update=save_event)
