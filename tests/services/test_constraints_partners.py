"""What the database refuses of partners, agreements and channel costs, on both databases."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from models import (
    AgreementObligation,
    ChannelCost,
    Partner,
    PartnerAgreement,
    Region,
    SourcingEvent,
)
from tests.services.world import NOON, PROOF, World, refused
from tests.services.world import unguarded_world as world

__all__ = ["world"]


def make_partner(world: World, **values: Any) -> Partner:
    return Partner(**{"code": "PA-9", "name": "上海会展", "kind": "agent", **world.owned, **values})


def make_agreement(world: World, **values: Any) -> PartnerAgreement:
    usual = {
        "code": "AG-9",
        "title": "媒体投放协议",
        "partner_id": world.partner.id,
        "start_on": date(2026, 3, 1),
        "end_on": date(2026, 12, 31),
        "amount": Decimal("120000.00"),
        "content": "每月两次投放",
        "effect_text": "曝光 100 万次",
    }
    return PartnerAgreement(**{**usual, **world.owned, **values})


def make_duty(agreement: PartnerAgreement, side: str, **values: Any) -> AgreementObligation:
    usual = {"agreement_id": agreement.id, "side": side, "duty": "按月提交数据", "due_on": date(2026, 4, 1)}
    return AgreementObligation(**{**usual, **values})


def test_good_rows_are_stored(world: World) -> None:
    event = world.store(
        SourcingEvent(
            code="SE-1", name="春季展会", kind="exhibition", held_on=date(2026, 3, 1), cost_amount=Decimal("5.50"),
            **world.owned,
        )
    )  # fmt: skip
    city = world.store(Region(code="RG-2", name="杭州", parent_id=world.region.id))
    partner = world.store(
        make_partner(
            world,
            grade="A",
            region_id=city.id,
            source_event_id=event.id,
            renewal_on=date(2026, 12, 1),
            remind_on=date(2026, 11, 1),
        )
    )
    cost = world.store(
        ChannelCost(channel_id=world.channel.id, fiscal_year=2026, month=5, cost_amount=Decimal("10.01"))
    )
    world.session.expire_all()
    assert (partner.source_event, partner.region.parent) == (event, world.region)
    assert (cost.cost_amount, cost.revenue_amount) == (Decimal("10.01"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_partner_kind", {"kind": "friend"}),
        ("ck_partner_status", {"status": "unknown"}),
        ("ck_partner_grade", {"grade": "E"}),
        ("ck_partner_stop_needs_reason", {"status": "frozen"}),
        ("ck_partner_stop_needs_reason", {"status": "ended", "status_reason": ""}),
        ("ck_partner_remind_before_renewal", {"remind_on": date(2026, 1, 1)}),
        ("ck_partner_remind_before_renewal", {"remind_on": date(2026, 1, 2), "renewal_on": date(2026, 1, 1)}),
        ("fk_partner_region_id", {"region_id": 999999}),
        ("fk_partner_owner_id", {"owner_id": 999999}),
    ],
)
def test_partner_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    refused(world.session, constraint, make_partner(world, **values))


def test_partner_licence_is_unique(world: World) -> None:
    world.store(make_partner(world, licence_no="91330100X"))
    refused(world.session, "uq_partner_licence_no", make_partner(world, code="PA-10", licence_no="91330100X"))


def test_region_tree(world: World) -> None:
    refused(world.session, "ck_region_not_own_parent", world.region, parent_id=world.region.id)
    refused(world.session, "uq_region_top_name", Region(code="RG-8", name="浙江"))
    world.store(Region(code="RG-2", name="杭州", parent_id=world.region.id))
    refused(
        world.session, "uq_region_parent_id_name", Region(code="RG-3", name="杭州", parent_id=world.region.id)
    )


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_sourcing_event_kind", {"kind": "dream"}),
        ("ck_sourcing_event_dates", {"ended_on": date(2026, 2, 28)}),
        ("ck_sourcing_event_cost", {"cost_amount": Decimal("-0.01")}),
    ],
)
def test_sourcing_event_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    usual = {"code": "SE-1", "name": "春季展会", "kind": "association", "held_on": date(2026, 3, 1)}
    refused(world.session, constraint, SourcingEvent(**{**usual, **world.owned, **values}))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_channel_cost_fiscal_year", {"fiscal_year": 1999}),
        ("ck_channel_cost_month", {"month": 13}),
        ("ck_channel_cost_cost", {"cost_amount": Decimal("-1")}),
        ("ck_channel_cost_revenue", {"revenue_amount": Decimal("-1")}),
        ("uq_channel_cost_channel_id_fiscal_year_month", {}),
    ],
)
def test_channel_cost_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    usual = {"channel_id": world.channel.id, "fiscal_year": 2026, "month": 4}
    world.store(ChannelCost(**usual))
    refused(world.session, constraint, ChannelCost(**{**usual, **values}))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_partner_agreement_dates", {"end_on": date(2026, 2, 28)}),
        ("ck_partner_agreement_amount", {"amount": Decimal("-1")}),
        ("ck_partner_agreement_currency", {"currency_code": "¥"}),
        ("ck_partner_agreement_signed_approved", {"signed_on": date(2026, 3, 1)}),
        ("ck_partner_agreement_evaluation_whole", {"evaluated_on": date(2026, 12, 1)}),
        ("ck_partner_agreement_evaluation_whole", {"lessons": "好"}),
        (
            "ck_partner_agreement_evaluation_whole",
            {"evaluated_on": date(2026, 12, 1), "evaluation_score": Decimal("100.01"), "lessons": "好"},
        ),
        ("fk_partner_agreement_partner_id", {"partner_id": 999999}),
    ],
)
def test_agreement_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    refused(world.session, constraint, make_agreement(world, **values))


def test_agreement_leaves_the_draft_complete_and_with_duties_of_both_sides(world: World) -> None:
    agreement = world.store(make_agreement(world))
    refused(world.session, "ck_partner_agreement_duties_of_both_sides", agreement, status="in_review")
    world.store(make_duty(agreement, "us"))
    refused(world.session, "ck_partner_agreement_duties_of_both_sides", agreement, status="in_review")
    duty = world.store(make_duty(agreement, "them"))
    assert (agreement.our_duties, agreement.their_duties) == (1, 1)
    refused(
        world.session,
        "ck_partner_agreement_complete_after_draft",
        agreement,
        status="in_review",
        effect_text=None,
    )
    agreement.status = "in_review"
    world.session.flush()
    refused(world.session, "ck_partner_agreement_status", agreement, status="fine")
    refused(world.session, "ck_partner_agreement_duties_of_both_sides", duty, side="us", duty="开票")
    world.session.delete(duty)
    with pytest.raises(IntegrityError, match="ck_partner_agreement_duties_of_both_sides"):
        world.session.flush()


def test_agreement_needs_proof_and_an_evaluation_to_close(world: World) -> None:
    agreement = world.store(make_agreement(world))
    world.store(make_duty(agreement, "us"), make_duty(agreement, "them"))
    refused(world.session, "ck_partner_agreement_approved_needs_proof", agreement, status="in_force")
    for name, value in PROOF.items():
        setattr(agreement, name, value)
    agreement.signed_on = date(2026, 3, 1)
    world.session.flush()
    refused(world.session, "ck_partner_agreement_closed_needs_evaluation", agreement, status="closed")
    agreement.status = "closed"
    agreement.evaluated_on, agreement.evaluation_score = date(2027, 1, 5), Decimal("86.50")
    agreement.lessons = "选址要早"
    world.session.flush()
    world.session.expire_all()
    assert (agreement.evaluation_score, agreement.approved_at) == (Decimal("86.50"), NOON)


def test_duty_refused(world: World) -> None:
    agreement = world.store(make_agreement(world))
    refused(world.session, "ck_agreement_obligation_side", make_duty(agreement, "both"))
    refused(world.session, "ck_agreement_obligation_duty", make_duty(agreement, "us", duty=""))
    world.store(make_duty(agreement, "us"))
    refused(world.session, "uq_agreement_obligation_agreement_id_side_duty", make_duty(agreement, "us"))
