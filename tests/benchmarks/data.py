"""The rows of the big tables, made up the same at every run; sizes from performance.md times a scale."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.benchmarks.company import DEPARTMENTS, EMPLOYEES, REGIONS, SOURCES, Sizes

FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰梅红春燕"
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
ASSIGNED_PER_STEP = 10
OPEN_SHARE = 20
"""One assignment in so many still waits for its person."""

Row = tuple[Any, ...]
Instant = Callable[[datetime], Any]


@dataclass(frozen=True)
class Table:
    """One big table: its columns and its rows."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Sizes, Instant], Iterator[Row]]


_ROW = ("id", "created_at", "changed_at", "row_version", "custom_data", "created_by_id", "changed_by_id")
_OWNED = (*_ROW, "code", "owner_id", "department_id")


def _row(number: int, at: Any) -> Row:
    return (number, at, at, 1, "{}", 1, 1)


def _owned(number: int, at: Any, code: str) -> Row:
    owner = number % EMPLOYEES + 1
    return (*_row(number, at), code, owner, owner % DEPARTMENTS + 1)


def _person(dice: random.Random) -> str:
    return dice.choice(FAMILY) + dice.choice(GIVEN) + dice.choice(GIVEN)


def _customers(sizes: Sizes, instant: Instant) -> Iterator[Row]:
    dice = random.Random(1)
    for number in range(1, sizes.of("customer") + 1):
        at = instant(FIRST_DAY + timedelta(seconds=number))
        yield (*_owned(number, at, f"CU-{number:07d}"), _person(dice), "person", dice.choice("ABCD"), "CN",
               number % REGIONS + 1, number % SOURCES + 1, f"N{number}", 50, "active")  # fmt: skip


def _partners(sizes: Sizes, instant: Instant) -> Iterator[Row]:
    dice = random.Random(2)
    at = instant(FIRST_DAY)
    for number in range(1, sizes.of("partner") + 1):
        name = f"{_person(dice)}商贸{number}"
        yield (*_owned(number, at, f"PA-{number:05d}"), name, "agent", "active", dice.choice("ABCD"))


def _plans(sizes: Sizes, instant: Instant) -> Iterator[Row]:
    at = instant(FIRST_DAY)
    for number in range(1, sizes.of("marketing_plan") + 1):
        year = 2000 + number % 100
        yield (*_owned(number, at, f"MP-{number:05d}"), f"营销计划{number}", "year", year, date(year, 1, 1),
               date(year, 12, 31), number * 100, "CNY", 0, 0, "draft", 1)  # fmt: skip


def _purchases(sizes: Sizes, instant: Instant) -> Iterator[Row]:
    dice = random.Random(3)
    customers = sizes.of("customer")
    for number in range(1, sizes.of("purchase") + 1):
        at = instant(FIRST_DAY + timedelta(seconds=number * 30))
        yield (*_row(number, at), number % SOURCES + 1, f"R{number}", dice.randint(1, customers), at, "CNY",
               dice.randint(1, 9_999_999))  # fmt: skip


def _submitter(instance: int) -> int:
    return instance % EMPLOYEES + 1


def _instances(sizes: Sizes, instant: Instant) -> Iterator[Row]:
    for number in range(1, sizes.of("approval_instance") + 1):
        at = instant(FIRST_DAY + timedelta(minutes=number))
        owner = _submitter(number)
        yield (*_row(number, at), "marketing_plan", number, f"MP-{number} 营销计划", 1, owner,
               owner % DEPARTMENTS + 1, 1, "in_review", False, 1, "[]")  # fmt: skip


def _steps(sizes: Sizes, instant: Instant) -> Iterator[Row]:
    for number in range(1, sizes.of("step_run") + 1):
        at = instant(FIRST_DAY + timedelta(minutes=number))
        name = '{"zh": "直属上级审核", "en": "Review by the direct superior"}'
        yield (*_row(number, at), number, 1, 1, "direct_superior", name, 1, "all", "active", at)


def _assignments(sizes: Sizes, instant: Instant) -> Iterator[Row]:
    for number in range(1, sizes.of("assignment") + 1):
        step = min((number - 1) // ASSIGNED_PER_STEP + 1, sizes.of("step_run"))
        at = instant(FIRST_DAY + timedelta(minutes=step))
        submitter = _submitter(step)
        assignee = (submitter + 7 * (number % ASSIGNED_PER_STEP + 1)) % EMPLOYEES + 1
        is_open = (number + step) % OPEN_SHARE == 0
        yield (*_row(number, at), step, step, submitter, assignee, False, "direct_superior", 1,
               "open" if is_open else "approved", "{}", None if is_open else at)  # fmt: skip


TABLES = (
    Table("customer", (*_OWNED, "name", "kind", "grade", "country", "region_id", "source_id", "source_customer_no",
                       "completeness", "status"), _customers),
    Table("partner", (*_OWNED, "name", "kind", "status", "grade"), _partners),
    Table("marketing_plan", (*_OWNED, "name", "plan_type", "fiscal_year", "start_on", "end_on", "budget_amount",
                             "currency_code", "distributed_amount", "lined_amount", "status", "revision"), _plans),
    Table("purchase", (*_ROW, "source_id", "external_no", "customer_id", "purchased_at", "currency_code",
                       "total_amount"), _purchases),
    Table("approval_instance", (*_ROW, "record_type", "record_id", "record_title", "flow_version_id", "submitter_id",
                                "submitter_department_id", "round_no", "state", "needs_administrator", "snapshot_id",
                                "expected_route"), _instances),
    Table("step_run", (*_ROW, "instance_id", "round_no", "order_no", "step_key", "step_name", "visit", "mode",
                       "state", "opened_at"), _steps),
    Table("assignment", (*_ROW, "step_run_id", "instance_id", "submitter_id", "assignee_id", "is_self_allowed",
                         "capacity", "order_no", "state", "reason", "decided_at"), _assignments),
)  # fmt: skip
"""In the order in which they refer to each other."""
