"""What the database refuses of customers, their identities, consents, purchases and imports, on both databases."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from models import Consent, Customer, CustomerIdentity, CustomerNeed, ImportBatch, Purchase, PurchaseLine
from tests.services.world import NOON, SHA, World, refused
from tests.services.world import unguarded_world as world

__all__ = ["world"]


def make_customer(world: World, **values: Any) -> Customer:
    usual = {"code": "CU-9", "name": "陈静", "source_id": world.source.id, "source_customer_no": "17850"}
    return Customer(**{**usual, **world.owned, **values})


def make_identity(customer: Customer, **values: Any) -> CustomerIdentity:
    usual = {"customer_id": customer.id, "kind": "mobile", "value": "+8613800138000", "value_hash": SHA}
    return CustomerIdentity(**{**usual, **values})


def make_purchase(world: World, **values: Any) -> Purchase:
    return Purchase(**{"source_id": world.source.id, "external_no": "536365", "purchased_at": NOON, **values})


def make_line(purchase: Purchase, **values: Any) -> PurchaseLine:
    usual = {
        "purchase_id": purchase.id,
        "line_no": 1,
        "sku": "85123A",
        "quantity": 6,
        "unit_price": Decimal("2.5500"),
        "line_total": Decimal("15.3000"),
    }
    return PurchaseLine(**{**usual, **values})


def make_batch(world: World, **values: Any) -> ImportBatch:
    usual = {"kind": "customers", "source_id": world.source.id, "file_name": "会员.csv", "sha256": SHA}
    return ImportBatch(**{**usual, **values})


def test_good_rows_are_stored_and_go_with_their_customer(world: World) -> None:
    customer = world.store(make_customer(world, gender="female", birthday=date(1990, 2, 28), grade="A"))
    world.store(make_identity(customer), make_identity(customer, kind="email", value="chen@example.com"))
    world.store(
        CustomerNeed(
            customer_id=customer.id, content="想要真丝", stated_on=date(2026, 5, 1), source_id=world.source.id
        )
    )
    consent = {
        "customer_id": customer.id,
        "purpose": "marketing",
        "source_id": world.source.id,
        "evidence": "注册页",
    }
    world.store(Consent(**consent, given_at=NOON, withdrawn_at=NOON), Consent(**consent, given_at=NOON))
    world.session.expire_all()
    assert (len(customer.identities), len(customer.needs), len(customer.consents)) == (2, 1, 2)
    world.session.delete(customer)
    world.session.flush()
    for model in (CustomerIdentity, CustomerNeed, Consent):
        assert world.session.scalar(select(func.count()).select_from(model)) == 0


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_customer_kind", {"kind": "robot"}),
        ("ck_customer_status", {"status": "gone"}),
        ("ck_customer_gender", {"gender": "x"}),
        ("ck_customer_grade", {"grade": "a"}),
        ("ck_customer_name", {"name": ""}),
        ("ck_customer_company_without_person_data", {"kind": "company", "gender": "male"}),
        ("ck_customer_company_without_person_data", {"kind": "company", "birthday": date(1990, 1, 1)}),
        ("ck_customer_completeness", {"completeness": 101}),
        ("ck_customer_completeness", {"completeness": -1}),
        ("ck_customer_merged", {"status": "merged"}),
        ("ck_customer_erased_is_empty", {"status": "erased"}),
        ("ck_customer_erased_is_empty", {"status": "erased", "name": "CU-9"}),
        (
            "ck_customer_erased_is_empty",
            {"status": "erased", "name": "CU-9", "source_customer_no": None, "note": "-"},
        ),
        ("fk_customer_source_id", {"source_id": 999999}),
    ],
)
def test_customer_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    refused(world.session, constraint, make_customer(world, **values))


def test_merging_and_erasing(world: World) -> None:
    kept, other = make_customer(world), make_customer(world, code="CU-10", source_customer_no=None)
    world.store(kept, other)
    refused(world.session, "ck_customer_merged", other, status="merged", merged_into_id=other.id)
    refused(world.session, "ck_customer_merged", other, merged_into_id=kept.id)
    other.status, other.merged_into_id = "merged", kept.id
    kept.status, kept.name, kept.source_customer_no = "erased", kept.code, None
    world.session.flush()


def test_a_number_belongs_to_one_customer_of_a_source(world: World) -> None:
    world.store(make_customer(world))
    refused(world.session, "uq_customer_source_id_source_customer_no", make_customer(world, code="CU-10"))
    world.store(make_customer(world, code="CU-11", source_customer_no=None))
    world.store(make_customer(world, code="CU-12", source_customer_no=None))


def test_identities(world: World) -> None:
    customer, other = (
        world.store(make_customer(world)),
        make_customer(world, code="CU-10", source_customer_no=None),
    )
    world.store(other)
    world.store(make_identity(customer))
    refused(world.session, "uq_customer_identity_kind_value_hash", make_identity(other))
    refused(world.session, "ck_customer_identity_kind", make_identity(other, kind="face"))
    refused(world.session, "ck_customer_identity_value", make_identity(other, kind="card", value=""))
    refused(
        world.session, "ck_customer_identity_value_hash", make_identity(other, kind="card", value_hash="0")
    )
    world.store(make_identity(other, kind="card"))


def test_needs_and_consents(world: World) -> None:
    customer = world.store(make_customer(world))
    need = {
        "customer_id": customer.id,
        "content": "太贵",
        "stated_on": date(2026, 5, 1),
        "source_id": world.source.id,
    }
    refused(world.session, "ck_customer_need_kind", CustomerNeed(**need, kind="wish"))
    refused(world.session, "ck_customer_need_satisfaction", CustomerNeed(**need, satisfaction=6))
    refused(world.session, "ck_customer_need_content", CustomerNeed(**{**need, "content": ""}))
    consent = {
        "customer_id": customer.id,
        "purpose": "profiling",
        "source_id": world.source.id,
        "evidence": "注册页",
    }
    world.store(Consent(**consent))
    refused(world.session, "uq_consent_open", Consent(**consent))
    refused(world.session, "ck_consent_purpose", Consent(**{**consent, "purpose": "fun"}))
    refused(
        world.session, "ck_consent_evidence", Consent(**{**consent, "purpose": "sharing", "evidence": ""})
    )
    early = Consent(**consent, given_at=NOON, withdrawn_at=NOON - timedelta(seconds=1))
    refused(world.session, "ck_consent_times", early)


def test_purchases_sum_their_lines_to_four_places(world: World) -> None:
    purchase = world.store(make_purchase(world))
    line = world.store(make_line(purchase))
    returned = make_line(
        purchase, line_no=2, quantity=-3, unit_price=Decimal("0.0333"), line_total=Decimal("-0.0999")
    )
    free = make_line(purchase, line_no=3, unit_price=Decimal(0), line_total=Decimal(0))
    world.store(returned, free)
    assert purchase.total_amount == Decimal("15.2001")
    refused(world.session, "ck_purchase_line_line_total", line, quantity=7)
    refused(world.session, "ck_purchase_line_quantity", line, quantity=0, line_total=Decimal(0))
    refused(
        world.session,
        "ck_purchase_line_unit_price",
        line,
        unit_price=Decimal("-2.55"),
        line_total=Decimal("-15.30"),
    )
    refused(world.session, "uq_purchase_line_purchase_id_line_no", make_line(purchase))
    refused(world.session, "ck_purchase_line_line_no", line, line_no=0)
    refused(world.session, "ck_purchase_line_sku", line, sku="")
    world.session.delete(purchase)
    world.session.flush()
    assert world.session.scalar(select(func.count()).select_from(PurchaseLine)) == 0


def test_purchase_refused(world: World) -> None:
    customer = world.store(make_customer(world))
    world.store(make_purchase(world, customer_id=customer.id))
    refused(world.session, "uq_purchase_source_id_external_no", make_purchase(world))
    refused(world.session, "ck_purchase_external_no", make_purchase(world, external_no=""))
    refused(world.session, "ck_purchase_currency", make_purchase(world, external_no="1", currency_code="£"))
    refused(
        world.session, "fk_purchase_customer_id", make_purchase(world, external_no="1", customer_id=999999)
    )


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("ck_import_batch_kind", {"kind": "dreams"}),
        ("ck_import_batch_sha256", {"sha256": "0"}),
        ("ck_import_batch_rows", {"read_rows": 3, "stored_rows": 2}),
        ("ck_import_batch_rows", {"read_rows": 0, "stored_rows": 1, "refused_rows": -1}),
        ("ck_import_batch_times_of_status", {"status": "posted"}),
        ("ck_import_batch_times_of_status", {"posted_at": NOON}),
        ("ck_import_batch_times_of_status", {"status": "undone", "undone_at": NOON}),
        ("ck_import_batch_times_of_status|ck_import_batch_status", {"status": "lost"}),
    ],
)
def test_batch_refused(world: World, constraint: str, values: dict[str, Any]) -> None:
    refused(world.session, constraint, make_batch(world, **values))


def test_a_file_is_posted_once_and_its_batch_can_be_undone(world: World) -> None:
    posted = {"status": "posted", "posted_at": NOON, "read_rows": 3, "stored_rows": 1, "unchanged_rows": 1}
    batch = world.store(make_batch(world, **posted, refused_rows=1, problems=[{"line": 2}]))
    world.store(make_batch(world), make_batch(world, **posted, refused_rows=1, sha256="1" * 64))
    refused(world.session, "uq_import_batch_posted", make_batch(world, **posted, refused_rows=1))
    customer = world.store(make_customer(world, import_batch_id=batch.id))
    world.session.delete(customer)
    batch.status, batch.undone_at = "undone", NOON
    world.session.flush()
    world.store(make_batch(world, **posted, refused_rows=1))
