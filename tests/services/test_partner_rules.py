"""Rules of partners, regions, sourcing events and agreements (R066-R069, R102-R104)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models import Region, SourcingEvent
from tests.services.expect import refused
from tests.services.test_constraints_partners import make_agreement, make_duty, make_partner
from tests.services.world import PROOF, World, world

__all__ = ["world"]


def test_a_partner_is_numbered_and_owned(world: World) -> None:
    partner = world.save(make_partner(world, code=None, owner_id=None, department_id=None, status=None))
    assert partner.code.startswith("PA-")
    assert (partner.owner_id, partner.status) == (world.staff.id, "prospect")


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("value-missing", {"name": None}),
        ("reason-needed", {"status": "frozen"}),
        ("reason-needed", {"status": "ended", "status_reason": "  "}),
        ("renewal-needed", {"remind_on": date(2026, 1, 1)}),
        ("reminder-late", {"remind_on": date(2026, 1, 2), "renewal_on": date(2026, 1, 1)}),
    ],
)
def test_partner_refused(world: World, code: str, values: dict[str, Any]) -> None:
    with refused(code):
        world.save(make_partner(world, **values))


def test_regions_stay_a_tree(world: World) -> None:
    city = world.save(Region(name="杭州", parent_id=world.region.id))
    district = world.save(Region(name="西湖", parent_id=city.id))
    for region, parent in ((world.region, district), (city, district), (city, city)):
        with refused("region-circle"):
            world.change(region, parent_id=parent.id)
    world.change(district, parent_id=world.region.id)


def test_sourcing_events(world: World) -> None:
    event = SourcingEvent(name="春季展会", kind="exhibition", held_on=date(2026, 3, 1))
    assert world.save(event).cost_amount == 0
    with refused("dates-reversed"):
        world.change(event, ended_on=date(2026, 2, 1))
    with refused("amount-negative"):
        world.change(event, cost_amount=Decimal(-1))


def test_agreement_refused(world: World) -> None:
    agreement = world.save(make_agreement(world))
    with refused("dates-reversed"):
        world.change(agreement, end_on=date(2026, 1, 1))
    with refused("amount-negative"):
        world.change(agreement, amount=Decimal("-0.01"))
    ended = world.save(make_partner(world, status="ended", status_reason="停止合作"))
    with refused("partner-stopped"):
        world.change(agreement, partner_id=ended.id)


def test_duties(world: World) -> None:
    agreement = world.save(make_agreement(world))
    duty = world.save(make_duty(agreement, "us"))
    with refused("duty-twice"):
        world.save(make_duty(agreement, "us"))
    with refused("due-before-start"):
        world.change(duty, due_on=date(2026, 2, 28))
    with refused("agreement-missing"):
        world.save(make_duty(agreement, "them", agreement_id=999999))
    world.delete(duty)
    assert agreement.our_duties == 0


def test_an_agreement_is_submitted_whole_and_with_an_active_partner(world: World) -> None:
    agreement = world.save(make_agreement(world, content=None, effect_text=None))
    with refused("content-needed"):
        world.submittable(agreement)
    world.change(agreement, content="投放")
    with refused("effect-text-needed"):
        world.submittable(agreement)
    world.change(agreement, effect_text="曝光")
    world.save(make_duty(agreement, "us"))
    with refused("duties-needed"):
        world.submittable(agreement)
    duty = world.save(make_duty(agreement, "them"))
    world.submittable(agreement)
    world.change(world.partner, status="frozen", status_reason="违规")
    with refused("partner-stopped"):
        world.submittable(agreement)
    world.force(agreement, **PROOF)
    with refused("record-locked"):
        world.change(duty, due_on=date(2026, 6, 1))
    duty.done_on = date(2026, 4, 2)
    world.session.flush()
