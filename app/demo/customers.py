"""Three thousand customers with identities, needs and consents, imported month by month; 37 of them twice.

They are written in bulk, as an import writes them: the same normal forms and completeness as the services
use, one entry of the trail per mass, and the search index brought in step.
"""

from datetime import date, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, select

from app.core.actor import Actor
from app.core.clock import today, utc_now
from app.demo.customer_facts import (
    CITIES,
    EVIDENCE,
    GIVEN,
    MEN,
    NEEDS,
    SHOPS,
    SOURCES,
    STREETS,
    SURNAMES,
)
from app.demo.stage import Stage
from app.search.index import reindex
from app.services.customers import completeness, identity_hash, normal_form
from app.services.numbering import format_code, next_number
from models.customers import Consent, Customer, CustomerIdentity, CustomerNeed

TOTAL = 3_000
DUPLICATES = 37
FIRST_BATCH = 1_440
MONTHLY = 130
BATCHES = ("2025-11-05", *(f"{2025 + month // 12}-{month % 12 + 1:02d}-03" for month in range(11, 23)))
"""Days of import: the members of before, then twelve months."""
DUPLICATES_FROM = 3
"""Batch from which the same people turn up again."""
OWNERS = ("service-officer-1", "service-officer-2")

Row = dict[str, Any]


def tell(stage: Stage) -> None:
    """Note one import per batch by the data analyst."""
    stage.things["customers"] = []
    for number, day in enumerate(BATCHES):
        stage.at(f"{day} 08:30", "analyst-1", partial(_import, stage, number))


def _import(stage: Stage, number: int, _actor: Actor) -> None:
    count = FIRST_BATCH if number == 0 else MONTHLY
    doubles = _doubles(number)
    rows = [_person(stage, index) for index in range(count - doubles)]
    known = [one for one in stage.things["customers"][:900] if one["birthday"] and "again" not in one]
    rows += [_again(stage, one) for one in stage.random.sample(known, doubles)] if doubles else []
    first = next_number(stage.session, Customer.__series__, count=count)
    for index, row in enumerate(rows):
        row.update(_placed(stage, first + index))
    lines = _lines(stage, rows)
    holders = {model: {code for code, _line in of_model} for model, of_model in lines.items()}
    for row in rows:
        row["completeness"] = _completeness(row, holders)
    stage.session.execute(insert(Customer), [_columns(row) for row in rows])
    keys = _keys(stage, rows)
    for model, of_model in lines.items():
        stage.session.execute(insert(model), [{**line, "customer_id": keys[code]} for code, line in of_model])
    reindex(stage.session.connection(), Customer, keys.values())
    stage.things["customers"] += [{**row, "id": keys[row["code"]]} for row in rows]


def _doubles(number: int) -> int:
    """Return how many of a batch are there already: 37 over the batches from the fourth on."""
    batches = len(BATCHES) - DUPLICATES_FROM
    if number < DUPLICATES_FROM:
        return 0
    done = DUPLICATES * (number - DUPLICATES_FROM) // batches
    return DUPLICATES * (number - DUPLICATES_FROM + 1) // batches - done


def _person(stage: Stage, index: int) -> Row:
    chance = stage.random
    if index % 100 == 99:
        place = _place(stage)
        name = f"{place['city'] or ''}{chance.choice(SURNAMES)}记{chance.choice(SHOPS)}"
        return {"name": name, "kind": "company", "gender": None, "birthday": None, **place}
    is_man = chance.random() < 0.1
    given = "".join(chance.sample(MEN if is_man else GIVEN, chance.choice((1, 2, 2))))
    birthday = date(1966, 1, 1) + timedelta(days=chance.randrange(14_000))
    return {
        "name": chance.choice(SURNAMES) + given,
        "kind": "person",
        "gender": None if chance.random() < 0.12 else "male" if is_man else "female",
        "birthday": birthday if chance.random() < 0.7 else None,
        **_place(stage),
    }


def _place(stage: Stage) -> Row:
    chance = stage.random
    province = list(CITIES)[min(chance.randrange(len(CITIES)), chance.randrange(len(CITIES)))]
    city = chance.choice(CITIES[province])
    address = f"{city}{chance.choice(STREETS)} {chance.randrange(1, 400)} 号"
    return {
        "region_id": stage.things[f"region:{province}"].id,
        "city": city if chance.random() < 0.9 else None,
        "address": address if chance.random() < 0.6 else None,
    }


def _again(stage: Stage, known: Row) -> Row:
    """Return a known customer as another source knows the same person: less, and elsewhere."""
    kept = {name: known[name] for name in ("name", "kind", "gender", "birthday", "region_id")}
    return {**kept, "city": known["city"], "address": None, "again": known["code"]}


def _placed(stage: Stage, number: int) -> Row:
    """Return number, owner and source of a new customer."""
    chance = stage.random
    names, shares = zip(*SOURCES, strict=True)
    source = chance.choices(names, shares)[0]
    return {
        "code": format_code(Customer.__series__, number),
        "number": f"{today().year}{number:05d}",
        "source": source,
        "source_id": stage.things[f"source:{source}"].id,
        "source_customer_no": f"{source[:2].upper()}{today().year}{number:06d}"
        if chance.random() < 0.8
        else None,
        "grade": chance.choices(("A", "B", "C", "D", None), (5, 15, 45, 10, 25))[0],
        "owner_id": stage.id_of(OWNERS[number % len(OWNERS)]),
        "department_id": stage.people[OWNERS[0]].department_id,
    }


def _columns(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in {"source", "number", "again"}}


def _completeness(row: Row, holders: dict[type[Any], set[str]]) -> int:
    """Return the completeness by the service's own measure; `holders` names who has which lines."""
    return completeness(
        SimpleNamespace(country=None, **row),
        has_identity=row["code"] in holders[CustomerIdentity],
        has_need=row["code"] in holders[CustomerNeed],
        has_consent=row["code"] in holders[Consent],
    )


def _lines(stage: Stage, rows: list[Row]) -> dict[type[Any], list[tuple[str, Row]]]:
    """Return identities, needs and consents, each with the number of its customer."""
    found: dict[type[Any], list[tuple[str, Row]]] = {CustomerIdentity: [], CustomerNeed: [], Consent: []}
    now = utc_now()
    for row in rows:
        for line in _identities(stage, row, now):
            found[CustomerIdentity].append((row["code"], line))
        if stage.random.random() < 0.3:
            found[CustomerNeed].append((row["code"], _need(stage, row, now)))
        for purpose, share in (("marketing", 0.75), ("profiling", 0.4), ("sharing", 0.08)):
            if stage.random.random() < share:
                found[Consent].append((row["code"], _consent(stage, row, purpose, now)))
    return found


def _identities(stage: Stage, row: Row, now: datetime) -> list[Row]:
    number, chance = row["number"], stage.random
    wanted = {
        "mobile": (f"+8614{number}", 0 if "again" in row else 0.85),
        "email": (f"member{number}@example.com", 1 if "again" in row else 0.25),
        "wechat": (f"lanxu_{number}", 0.3),
        "card": (f"LX{number}", 0 if "again" in row else 0.4),
    }
    lines = []
    for kind, (value, share) in wanted.items():
        if chance.random() < share:
            normal = normal_form(kind, value)
            verified = now - timedelta(days=1) if chance.random() < 0.6 else None
            lines.append(
                {
                    "kind": kind,
                    "value": normal,
                    "value_hash": identity_hash(kind, normal),
                    "verified_at": verified,
                }
            )
    return lines


def _need(stage: Stage, row: Row, now: datetime) -> Row:
    kind, content, line, satisfaction = stage.random.choice(NEEDS)
    return {
        "kind": kind,
        "content": content,
        "product_line_id": stage.things[f"line:{line}"].id,
        "satisfaction": satisfaction,
        "stated_on": (now - timedelta(days=stage.random.randrange(1, 40))).date(),
        "source_id": row["source_id"],
    }


def _consent(stage: Stage, row: Row, purpose: str, now: datetime) -> Row:
    given = now - timedelta(days=stage.random.randrange(10, 40), minutes=stage.random.randrange(600))
    withdrawn = given + timedelta(days=stage.random.randrange(1, 9)) if stage.random.random() < 0.05 else None
    return {
        "purpose": purpose,
        "given_at": given,
        "withdrawn_at": withdrawn,
        "source_id": row["source_id"],
        "evidence": stage.random.choice(EVIDENCE),
    }


def _keys(stage: Stage, rows: list[Row]) -> dict[str, int]:
    codes = [row["code"] for row in rows]
    found = stage.session.execute(select(Customer.code, Customer.id).where(Customer.code.in_(codes)))
    return {code: key for code, key in found}  # noqa: C416  rows of two columns
