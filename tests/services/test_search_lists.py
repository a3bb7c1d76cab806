"""Lists that are searched show what the plain clause finds, page by page, on both databases."""

from itertools import pairwise

import pytest
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.search import quick
from models import Region
from views.fields import fields_of
from views.listing import ListPage, ListQuery, fetch_page, parse_query

FIELDS = fields_of(Region)
COLUMNS = [FIELDS["code"], FIELDS["name"]]


def ask(session: Session, address: str) -> ListPage:
    pairs = [part.split("=", 1) for part in address.split("&") if part]
    query: ListQuery = parse_query(
        MultiDict([(name, value) for name, value in pairs]),
        FIELDS,
        sortable=["id", "name"],
        default_sort=("id", True),
    )
    return fetch_page(session, Region, COLUMNS, query, true())


@pytest.fixture(params=[5, 4000])
def regions(
    session: Session, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> list[Region]:
    """Forty regions, every second one with 西湖 in its name; the window of PostgreSQL narrow and wide."""
    monkeypatch.setattr(quick, "WINDOW", request.param)
    rows = [
        Region(
            code=f"RG-{number:02}",
            name=f"{number:02}{'西湖' if number % 2 else '东湖'}",
            name_en="West" if number < 4 else None,
        )
        for number in range(40)
    ]
    session.add_all(rows)
    session.flush()
    return rows


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("q=西湖&size=3", ["39西湖", "37西湖", "35西湖"]),
        ("q=西湖&size=3&sort=id", ["01西湖", "03西湖", "05西湖"]),
        ("q=西湖&size=3&page=1", ["33西湖", "31西湖", "29西湖"]),
        ("q=西湖&size=3&sort=-name", ["39西湖", "37西湖", "35西湖"]),
        ("f.name.contains=西&size=2", ["39西湖", "37西湖"]),
        (
            "f.name.contains=西&f.name.contains=1&size=9",
            ["31西湖", "21西湖", "19西湖", "17西湖", "15西湖", "13西湖", "11西湖", "01西湖"],
        ),
        ("f.name_en.contains=west&size=9", ["03西湖", "02东湖", "01西湖", "00东湖"]),
        ("f.name.contains=west&size=9", []),
        ("q=west&f.name.contains=东", ["02东湖", "00东湖"]),
        ("q=RG-1&size=2&sort=name", ["10东湖", "11西湖"]),
        ("q=没有", []),
        ("q=西\x1f湖", []),
    ],
)
def test_searched_pages(session: Session, regions: list[Region], address: str, names: list[str]) -> None:
    assert [row[2] for row in ask(session, address).rows] == names


def test_the_count_and_the_following_pages(session: Session, regions: list[Region]) -> None:
    page = ask(session, "q=西湖&size=6")
    assert (page.count, page.is_count_capped, page.has_next) == (20, False, True)
    seen = [row[0] for row in page.rows]
    while page.next_cursor is not None:
        page = ask(session, f"q=西湖&size=6&after={page.next_cursor}")
        seen += [row[0] for row in page.rows]
    assert len(seen) == 20
    assert all(first > second for first, second in pairwise(seen))
    assert session.scalar(select(func.count()).select_from(Region)) == len(regions)
