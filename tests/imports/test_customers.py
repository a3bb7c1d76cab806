"""Customers: recognised by number or contact way; what is there stays; contact ways belong to one customer."""

from datetime import date

import pytest
from sqlalchemy import select

from app.imports.undo import undo_import
from models.customers import Customer, CustomerIdentity
from tests.imports.conftest import Desk

HEADER = "会员号,姓名,类型,性别,生日,手机号,邮箱,城市,备注\n"
GOOD = (
    HEADER
    + "M1,张伟,个人,男,1990-01-31,138 0013 8000,Zhang@Example.com,杭州,\nM2,大商公司,企业,,,,,上海,\n,李娜,,女,,13900139000,,,\n"
)


def test_customers_with_contact_ways(desk: Desk) -> None:
    outcome = desk.run(GOOD.encode("gb18030"), "customers")
    assert (outcome.read, outcome.stored, outcome.refused) == (3, 3, 0)
    assert outcome.created == {"customer": 3, "customer_identity": 3}
    found = desk.session.scalars(select(Customer).filter_by(source_customer_no="M1")).one()
    assert (found.name, found.gender, found.birthday, found.city) == (
        "张伟",
        "male",
        date(1990, 1, 31),
        "杭州",
    )
    assert sorted(one.value for one in found.identities) == ["+8613800138000", "zhang@example.com"]
    assert found.completeness == 65
    company = desk.session.scalars(select(Customer).filter_by(source_customer_no="M2")).one()
    assert company.kind == "company"
    assert [c.code[-4:] for c in desk.session.scalars(select(Customer).order_by(Customer.id))] == ["0008", "0009", "0010"]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("M9,,,,,,,,", "姓名", "missing"),
        (",无名,,,,,,,", "", "not-recognisable"),
        ("M9,某人,team,,,,,,", "类型", "not-a-choice"),
        ("M9,某人,,x,,,,,", "性别", "not-a-choice"),
        ("M9,某公司,公司,男,,,,,", "性别", "company-person"),
        ("M9,某人,,,2999-01-01,,,,", "生日", "to-come"),
        ("M9,某人,,,31/01/1990,,,,", "生日", "not-a-date"),
        ("M9,某人,,,,12,,,", "手机号", "bad-contact"),
        ("M9,某人,,,,,nobody,,", "邮箱", "bad-contact"),
        ("M1,某人,,,,,,,", "", "twice"),
        ("M9,某人,,,,,ZHANG@example.com,,", "", "twice"),
        ("M9," + "长" * 121 + ",,,,,,,", "姓名", "too-long"),
    ],
)
def test_refused_rows(desk: Desk, row: str, column: str, reason: str) -> None:
    outcome = desk.run(GOOD + row + "\n", "customers")
    assert [(p.line, p.column, p.reason) for p in outcome.problems] == [(5, column, reason)]
    assert outcome.stored == 3


def test_who_is_there_stays_and_who_differs_is_refused(desk: Desk) -> None:
    desk.run(GOOD, "customers")
    before = desk.digests()
    again = desk.run(GOOD + "\n", "customers")
    assert (again.stored, again.unchanged, again.refused) == (0, 3, 0)
    changed = HEADER + "M1,张伟,,,,,,宁波,\nM2,大商公司,公司,,,13900139000,,,\nM3,新人,,,,13800138000,,,\n,李娜,,女,,13900139000,,,\n"  # fmt: skip
    other = desk.run(changed, "customers")
    assert [(p.line, p.column, p.reason) for p in other.problems] == [
        (2, "城市", "customer-differs"), (3, "手机号", "identity-taken"), (4, "手机号", "identity-taken"), (5, "", "twice"),
    ]  # fmt: skip
    assert desk.digests() == before


def test_a_new_contact_way_of_a_stored_customer_is_refused_with_a_reason(desk: Desk) -> None:
    desk.run(GOOD, "customers")
    outcome = desk.run(HEADER + "M1,张伟,,,,13700137000,,,\n", "customers")
    assert [(p.column, p.reason) for p in outcome.problems] == [("手机号", "customer-differs")]


def test_undo(desk: Desk) -> None:
    before = desk.digests()
    outcome = desk.run(GOOD, "customers")
    assert len(desk.session.scalars(select(CustomerIdentity)).all()) == 3
    undo_import(batch_id=outcome.batch_id or 0)
    assert desk.digests() == before
