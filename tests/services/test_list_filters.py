"""What a filter of the address asks: every operator on both databases, days in the reader's zone, strict reading."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.core.actor import Actor, acting_as
from app.core.clock import frozen_at
from app.core.errors import BadInput
from models.org import Department, Employee, Position
from models.plans import MarketingPlan
from models.saved_views import SavedView
from models.users import PortalUser
from views.fields import fields_of
from views.list_conditions import clause, conditions_of
from views.list_filters import composed, sentence
from views.list_periods import PERIODS, days_of

SUNDAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
"""It is 01:00 of the Sunday in Shanghai while it is still Saturday in UTC."""
FIELDS = fields_of(MarketingPlan)


@pytest.fixture
def owner(session: Session) -> Iterator[Employee]:
    """An employee with three plans that differ in every kind of column: 春季, 夏季 and Autumn."""
    office = Department(code="D-F", name="总部", kind="sales")
    post = Position(code="PO-F", title="专员", level=1)
    session.add_all([office, post])
    session.flush()
    person = Employee(code="E-F", name="某人", department_id=office.id, position_id=post.id, hired_on=SUNDAY)
    session.add(person)
    session.flush()
    rows = (
        ("春季", "month", SUNDAY, "100.50", datetime(2026, 11, 21, 15, 59, tzinfo=UTC)),
        ("夏季", "quarter", date(2026, 10, 31), "2000", datetime(2026, 11, 21, 16, 0, tzinfo=UTC)),
        ("Autumn", "month", date(2026, 12, 1), "30", datetime(2026, 11, 22, 15, 59, tzinfo=UTC)),
    )
    with frozen_at(NOW):
        for number, (name, kind, start, budget, created) in enumerate(rows, start=1):
            session.add(
                MarketingPlan(code=f"MP-F-{number}", name=name, plan_type=kind, fiscal_year=2026,
                              month=number if kind == "month" else None, quarter=1,
                              start_on=start, end_on=date(2026, 12, 31), budget_amount=Decimal(budget),
                              owner_id=person.id, department_id=office.id, created_at=created,
                              strategy_text="打折" if number == 1 else None)
            )  # fmt: skip
        session.flush()
        yield person


def names(session: Session, address: str) -> list[str]:
    """Return the names of the plans that an address lets through."""
    parts = (part.partition("=") for part in address.split("&"))
    args: MultiDict[str, str] = MultiDict((name, value) for name, _, value in parts)
    dialect = session.get_bind().dialect.name
    clauses = [clause(MarketingPlan, condition, dialect) for condition in conditions_of(args, FIELDS)]
    return list(session.scalars(select(MarketingPlan.name).where(*clauses).order_by(MarketingPlan.code)))


ASKED = [
    ("f.name.contains=季", ["春季", "夏季"]),
    ("f.name.lacks=季", ["Autumn"]),
    ("f.name.eq=夏季", ["夏季"]),
    ("f.name.ne=夏季", ["春季", "Autumn"]),
    ("f.name.prefix=Aut", ["Autumn"]),
    ("f.strategy_text.lacks=打", ["夏季", "Autumn"]),
    ("f.strategy_text.empty=1", ["夏季", "Autumn"]),
    ("f.strategy_text.empty=0", ["春季"]),
    ("f.month.eq=1", ["春季"]),
    ("f.month.ne=1", ["夏季", "Autumn"]),
    ("f.month.between=3..1", ["春季", "Autumn"]),
    ("f.budget_amount.ge=100.50", ["春季", "夏季"]),
    ("f.budget_amount.gt=100.50", ["夏季"]),
    ("f.budget_amount.lt=100.50", ["Autumn"]),
    ("f.budget_amount.between=30..100.5", ["春季", "Autumn"]),
    ("f.plan_type.in=month", ["春季", "Autumn"]),
    ("f.plan_type.in=month,quarter", ["春季", "夏季", "Autumn"]),
    ("f.plan_type.ne=month,year", ["夏季"]),
    ("f.start_on.eq=2026-11-22", ["春季"]),
    ("f.start_on.gt=2026-11-22", ["Autumn"]),
    ("f.start_on.le=2026-11-22", ["春季", "夏季"]),
    ("f.start_on.between=2026-10-31..2026-11-22", ["春季", "夏季"]),
    ("f.start_on.within=today", ["春季"]),
    ("f.start_on.within=this-month", ["春季"]),
    ("f.start_on.within=last-month", ["夏季"]),
    ("f.start_on.within=next-30-days", ["春季", "Autumn"]),
    ("f.start_on.within=past", ["夏季"]),
    # an instant belongs to the day on which the reader sees it: 16:00 in UTC is midnight in Shanghai
    ("f.created_at.eq=2026-11-21", ["春季"]),
    ("f.created_at.eq=2026-11-22", ["夏季", "Autumn"]),
    ("f.created_at.ge=2026-11-22", ["夏季", "Autumn"]),
    ("f.created_at.gt=2026-11-21", ["夏季", "Autumn"]),
    ("f.created_at.lt=2026-11-22", ["春季"]),
    ("f.created_at.le=2026-11-22", ["春季", "夏季", "Autumn"]),
    ("f.created_at.within=today", ["夏季", "Autumn"]),
    ("f.created_at.within=yesterday", ["春季"]),
    ("f.created_at.between=2026-11-20..2026-11-21", ["春季"]),
    ("f.created_at.ge=2026-11-21T16:00:00+00:00", ["夏季", "Autumn"]),
    ("f.plan_type.in=month&f.start_on.within=future", ["Autumn"]),
]


def test_each_operator_lets_through_what_it_says(session: Session, owner: Employee) -> None:
    wrong = []
    for address, expected in ASKED:
        found = names(session, address)
        if found != expected:
            wrong.append((address, found))
    assert wrong == []


def test_me_is_whoever_reads(session: Session, owner: Employee) -> None:
    with acting_as(Actor(user_id=1, name="x", employee_id=owner.id)):
        assert len(names(session, "f.owner_id.in=me")) == 3
        assert names(session, "f.owner_id.ne=me") == []
    with acting_as(Actor(user_id=1, name="x")):
        assert names(session, "f.owner_id.in=me") == []
        assert len(names(session, f"f.owner_id.in=me,{owner.id}")) == 3


def test_a_truth_is_yes_or_no(session: Session) -> None:
    user = PortalUser(
        username="f", first_name="F", last_name="F", email="f@example.com", active=True, password="x"
    )
    session.add(user)
    session.flush()
    for number in range(3):
        session.add(
            SavedView(user_id=user.id, screen="S", name=str(number), address="", is_shared=number == 1)
        )
    session.flush()
    fields = fields_of(SavedView)
    for text, expected in (("1", ["1"]), ("0", ["0", "2"])):
        (condition,) = conditions_of(MultiDict([("f.is_shared.eq", text)]), fields)
        found = select(SavedView.name).where(clause(SavedView, condition, session.get_bind().dialect.name))
        assert list(session.scalars(found.order_by(SavedView.name))) == expected


REFUSED = [
    "f.name.between=a..b", "f.start_on.within=sometime", "f.start_on.within=last-5-days", "f.start_on.between=2026-01-01",
    "f.start_on.between=2026-02-30..2026-03-01", "f.start_on.between=20260101..20260102", "f.month.between=1",
    "f.month.between=1..x", "f.budget_amount.between=1..", "f.created_at.eq=9999-12-31", "f.created_at.eq=2026-13-01",
    "f.created_at.eq=0001-01-01", "f.plan_type.ne=nosuch", "f.plan_type.in=me", "f.department_id.in=me", "f.name.filled=1",
]  # fmt: skip


def test_what_makes_no_sense_is_refused(session: Session) -> None:
    for address in REFUSED:
        with pytest.raises(BadInput):
            names(session, address)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", SUNDAY, SUNDAY),
        ("tomorrow", date(2026, 11, 23), date(2026, 11, 23)),
        ("this-week", date(2026, 11, 16), SUNDAY),
        ("last-week", date(2026, 11, 9), date(2026, 11, 15)),
        ("next-week", date(2026, 11, 23), date(2026, 11, 29)),
        ("this-month", date(2026, 11, 1), date(2026, 11, 30)),
        ("next-month", date(2026, 12, 1), date(2026, 12, 31)),
        ("this-quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("this-year", date(2026, 1, 1), date(2026, 12, 31)),
        ("last-7-days", date(2026, 11, 16), SUNDAY),
        ("next-7-days", SUNDAY, date(2026, 11, 28)),
        ("past", None, date(2026, 11, 21)),
        ("future", date(2026, 11, 23), None),
    ],
)
def test_a_period_has_these_days(period: str, first: date | None, last: date | None) -> None:
    assert days_of(period, SUNDAY) == (first, last)


def test_every_period_is_a_span() -> None:
    for day in (SUNDAY, date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31)):
        for period in PERIODS:
            first, last = days_of(period, day)
            assert first is None or last is None or first <= last, (period, day)
    assert days_of("last-month", date(2026, 1, 31)) == (date(2025, 12, 1), date(2025, 12, 31))


FORMS = [
    ("column=plan_type&operator=in&value=month&value=year", [("f.plan_type.in", "month,year")]),
    ("column=plan_type&operator=filled&value=month", [("f.plan_type.empty", "0")]),
    ("column=name&operator=contains&value=+春+", [("f.name.contains", "春")]),
    ("column=name&operator=contains&value=", []),
    ("column=budget_amount&operator=between&value=1,000&to=2 000.50", [("f.budget_amount.between", "1000..2000.50")]),
    ("column=budget_amount&operator=between&value=1000&to=", [("f.budget_amount.ge", "1000")]),
    ("column=budget_amount&operator=between&value=&to=5", [("f.budget_amount.le", "5")]),
    ("column=start_on&operator=within&period=today&value=2026-01-01", [("f.start_on.within", "today")]),
    ("q=a&page=3&after=x&f.month.eq=1&column=start_on&operator=eq&value=2026-01-01",
     [("q", "a"), ("f.month.eq", "1"), ("f.start_on.eq", "2026-01-01")]),
]  # fmt: skip


@pytest.mark.parametrize(("form", "address"), FORMS)
def test_a_filter_form_means_one_address(session: Session, form: str, address: list[tuple[str, str]]) -> None:
    args: MultiDict[str, str] = MultiDict(
        (name, value.replace("+", " ")) for name, value in (part.split("=", 1) for part in form.split("&"))
    )
    assert composed(args, FIELDS) == (address, None)


def test_a_refused_value_comes_back_with_its_sentence(session: Session) -> None:
    args = MultiDict([("column", "budget_amount"), ("operator", "ge"), ("value", "viel"), ("q", "a")])
    pairs, panel = composed(args, FIELDS)
    assert pairs == [("q", "a")]
    assert panel is not None
    assert (panel.operator, panel.values, panel.hidden) == ("ge", ("viel",), [("q", "a")])
    assert "viel" in str(panel.error)
    for bad in ({"column": "nosuch"}, {"column": "name", "operator": "ge"}, {"column": "custom_data"}):
        with pytest.raises(BadInput):
            composed(MultiDict(bad), FIELDS)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("f.plan_type.in=month", "Plan type is Monthly"),
        ("f.plan_type.in=month,year", "Plan type is one of Monthly, Annual"),
        ("f.name.contains=春", "Name contains “春”"),
        ("f.budget_amount.between=1000..2000", "Budget is between 1,000.00 – 2,000.00"),
        ("f.start_on.ge=2026-01-31", "Starts on is on or after Jan 31, 2026"),
        ("f.created_at.within=last-30-days", "Created at is in the last 30 days"),
        ("f.created_at.eq=2026-01-31", "Created at is on Jan 31, 2026"),
        ("f.strategy_text.empty=0", "Strategy is not empty"),
    ],
)
def test_a_filter_reads_as_a_sentence(session: Session, address: str, words: str) -> None:
    name, text = address.split("=", 1)
    (condition,) = conditions_of(MultiDict([(name, text)]), FIELDS)
    with force_locale("en"):
        assert sentence(condition, {}) == words
