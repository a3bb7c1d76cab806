"""Rules of customers, identities, needs, consents and purchases (R106-R109)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core.clock import frozen_at
from app.services.customers import POINTS, identity_hash, normal_form
from models import Consent, Customer, CustomerNeed
from tests.services.expect import refused
from tests.services.test_constraints_customers import make_customer, make_identity, make_line, make_purchase
from tests.services.world import NOON, World, world

__all__ = ["world"]


@pytest.mark.parametrize(
    ("kind", "value", "normal"),
    [
        ("mobile", "138 0013 8000", "+8613800138000"),
        ("mobile", "13800138000", "+8613800138000"),
        ("mobile", "+86-138-0013-8000", "+8613800138000"),
        ("mobile", "0086 13800138000", "+8613800138000"),
        ("mobile", "+44 (7700) 900123", "+447700900123"),
        ("email", " Chen.Jing@Example.COM ", "chen.jing@example.com"),
        ("wechat", "Chen_Jing-88", "chen_jing-88"),
        ("card", "vip 0042-a", "VIP0042-A"),
    ],
)
def test_identities_have_one_normal_form(kind: str, value: str, normal: str) -> None:
    assert normal_form(kind, value) == normal
    assert normal_form(kind, normal) == normal


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("mobile", "12345"),
        ("mobile", "12800138000"),
        ("mobile", "+0123456789"),
        ("mobile", "138 0013 80000"),
        ("email", "chen@"),
        ("email", "a b@example.com"),
        ("email", "x" * 120 + "@example.com"),
        ("wechat", "8chen"),
        ("wechat", "chen"),
        ("card", "员工卡"),
    ],
)
def test_malformed_identities_are_refused_with_an_example(world: World, kind: str, value: str) -> None:
    with refused(f"bad-{kind}") as error:
        normal_form(kind, value)
    assert error.value.field == "value"


def test_an_identity_belongs_to_one_customer_however_it_is_written(world: World) -> None:
    customer = world.save(make_customer(world, code=None))
    other = world.save(make_customer(world, code=None, source_customer_no="17851"))
    identity = world.save(make_identity(customer, value="138 0013 8000", value_hash=None))
    assert identity.value == "+8613800138000"
    assert (
        identity.value_hash
        == identity_hash("mobile", "+8613800138000")
        != identity_hash("card", "+8613800138000")
    )
    with refused("identity-taken") as error:
        world.save(make_identity(other, value="0086-13800138000"))
    assert customer.name not in str(error.value)
    identity.verified_at = NOON
    world.save(identity)
    assert identity.verified_at == NOON
    world.change(identity, value="139 0013 8000")
    assert identity.verified_at is None


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("value-missing", {"name": None}),
        ("name-needed", {"name": " "}),
        ("value-missing", {"source_id": None}),
        ("company-is-no-person", {"kind": "company", "gender": "male"}),
        ("company-is-no-person", {"kind": "company", "birthday": date(1990, 1, 1)}),
        ("birthday-to-come", {"birthday": date(2026, 5, 2)}),
    ],
)
def test_customer_refused(world: World, code: str, values: dict[str, Any]) -> None:
    with frozen_at(NOON), refused(code):
        world.save(make_customer(world, **values))


def test_a_source_number_is_taken_once(world: World) -> None:
    world.save(make_customer(world))
    with refused("number-taken"):
        world.save(make_customer(world, code="CU-10"))
    world.save(make_customer(world, code="CU-11", source_customer_no=None))
    world.save(make_customer(world, code="CU-12", source_customer_no=None))


def test_completeness_follows_the_card(world: World) -> None:
    assert sum(POINTS.values()) == 100
    customer: Customer = world.save(make_customer(world, source_customer_no=None))
    assert customer.completeness == 15
    world.change(customer, gender="female", birthday=date(1990, 1, 1), country="中国", city="杭州")
    assert customer.completeness == 50
    world.change(customer, address="文三路 1 号", source_customer_no="1")
    assert customer.completeness == 60
    identity = world.save(make_identity(customer))
    assert customer.completeness == 80
    second = world.save(make_identity(customer, kind="email", value="chen@example.com"))
    need = CustomerNeed(
        customer_id=customer.id, content="真丝", stated_on=date(2026, 5, 1), source_id=world.source.id
    )
    world.save(need)
    evidence = {
        "customer_id": customer.id,
        "purpose": "marketing",
        "source_id": world.source.id,
        "evidence": "注册",
    }
    world.save(Consent(**evidence))
    assert customer.completeness == 100
    world.delete(identity)
    assert customer.completeness == 100
    world.delete(second)
    world.delete(need)
    assert customer.completeness == 70


def test_a_company_is_complete_without_gender_and_birthday(world: World) -> None:
    full = {"country": "中国", "city": "杭州", "address": "文三路 1 号"}
    company = world.save(make_customer(world, kind="company", **full))
    assert company.completeness == 40 * 100 // 80


def test_closed_customers_stay_as_they_are(world: World) -> None:
    kept = world.save(make_customer(world))
    merged = world.save(make_customer(world, code="CU-10", source_customer_no=None))
    merged.status, merged.merged_into_id = "merged", kept.id
    world.session.flush()
    with refused("customer-closed"):
        world.change(merged, name="别人")
    with refused("customer-closed"):
        world.save(make_identity(merged))
    with refused("customer-closed"):
        world.save(make_purchase(world, customer_id=merged.id))


def test_needs_and_consents(world: World) -> None:
    customer = world.save(make_customer(world))
    usual = {"customer_id": customer.id, "source_id": world.source.id}
    with frozen_at(NOON):
        need = world.save(CustomerNeed(**usual, content="真丝", stated_on=date(2026, 5, 1)))
        for code, values in (
            ("day-to-come", {"stated_on": date(2026, 5, 2)}),
            ("bad-satisfaction", {"satisfaction": 0}),
            ("content-needed", {"content": " "}),
        ):
            with refused(code):
                world.change(need, **values)
        consent = world.save(Consent(**usual, purpose="marketing", evidence="注册页"))
        assert consent.given_at == NOON
    with refused("consent-open"):
        world.save(Consent(**usual, purpose="marketing", evidence="门店"))
    with refused("dates-reversed"):
        world.change(consent, withdrawn_at=NOON - timedelta(seconds=1))
    with refused("evidence-needed"):
        world.change(consent, evidence=" ")
    world.change(consent, withdrawn_at=NOON)
    world.save(Consent(**usual, purpose="marketing", evidence="门店"))
    with refused("consent-stays"):
        world.delete(consent)


def test_purchases_and_lines(world: World) -> None:
    with frozen_at(NOON):
        purchase = world.save(make_purchase(world))
        with refused("time-to-come"):
            world.change(purchase, purchased_at=NOON + timedelta(seconds=1))
    with refused("receipt-twice"):
        world.save(make_purchase(world))
    with refused("number-needed"):
        world.change(purchase, external_no=" ")
    first = world.save(make_line(purchase, line_no=None, line_total=None))
    second = world.save(make_line(purchase, line_no=None, quantity=-2, unit_price=Decimal("0.0333")))
    assert (first.line_no, second.line_no, second.line_total) == (1, 2, Decimal("-0.0666"))
    assert purchase.total_amount == Decimal("15.2334")
    with refused("quantity-zero"):
        world.change(first, quantity=0)
    with refused("price-negative"):
        world.change(first, unit_price=Decimal("-0.01"))
    with refused("purchase-missing"):
        world.save(make_line(purchase, purchase_id=999999))
    world.change(first, quantity=1)
    assert first.line_total == Decimal("2.5500")
