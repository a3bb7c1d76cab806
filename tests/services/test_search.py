"""The quick search finds exactly what contains the text, on both databases."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, func, select, text, update
from sqlalchemy.orm import Session, aliased

from app.search import quick
from app.search.columns import searched_models
from app.search.folding import fold
from app.search.quick import Search, match, reindex
from models import Channel, ProductLine, Region

LETTERS = st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00\x1f")
SMALL = st.text(st.sampled_from("上海hH%_'\"\\é😀 市"), max_size=6)
TEXTS = st.one_of(SMALL, st.text(LETTERS, max_size=12))


def found(session: Session, model: type[Channel] | type[Region], needle: str) -> set[str]:
    clause = match(model, needle, session.get_bind().dialect.name)
    return set(session.scalars(select(model.code).where(clause)))


def add(session: Session, **names: str | None) -> None:
    session.add_all(Region(code=code, name=f"{code}区", name_en=value) for code, value in names.items())
    session.flush()


def test_every_searched_model_has_searchable_columns() -> None:
    models = searched_models()
    assert {"Customer", "Partner", "MarketingPlan"} <= {model.__name__ for model in models}
    for model in models:
        for name in model.__search__:
            assert isinstance(getattr(model, name).type.python_type(), str)


def test_one_two_three_and_four_chinese_characters(session: Session) -> None:
    add(session, A="上海天猫旗舰店", B="海上明月", C="杭州银泰")
    assert found(session, Region, "海") == {"A", "B"}
    assert found(session, Region, "上海") == {"A"}
    assert found(session, Region, "海上明") == {"B"}
    assert found(session, Region, "杭州银泰") == {"C"}
    assert found(session, Region, "上明海") == set()


def test_case_is_ignored_and_wildcards_are_plain_characters(session: Session) -> None:
    add(session, A="Übung 50% OFF", B="under_score", C="ΟΔΟΣ İstanbul", D=None)
    assert found(session, Region, "übung") == {"A"}
    assert found(session, Region, "50% off") == {"A"}
    assert found(session, Region, "%") == {"A"}
    assert found(session, Region, "_") == {"B"}
    assert found(session, Region, "οδοσ") == found(session, Region, "Σ i") == {"C"}
    assert found(session, Region, "STANBUL") == {"C"}


@pytest.mark.parametrize(
    "needle",
    [
        "\x00",
        "a\x00b",
        "\x1f",
        "\ud800",
        "x" * 101,
        "海" * 5000,
        '" OR body : "',
        "* NEAR(",
        "'; DROP TABLE region; --",
        "\\",
    ],
)
def test_hostile_text_finds_nothing_and_breaks_nothing(session: Session, needle: str) -> None:
    add(session, A="上海", B="body")
    assert found(session, Region, needle) == set()
    assert found(session, Region, "") == {"A", "B"}


def test_no_match_crosses_columns(session: Session) -> None:
    session.add(Region(code="RX", name="东西", name_en="north"))
    session.flush()
    assert found(session, Region, "rx") == {"RX"}
    assert found(session, Region, "rx东") == found(session, Region, "西north") == set()


def test_a_long_needle_is_exact_to_its_end(session: Session) -> None:
    long_name = "浙江省杭州市西湖区" * 8
    add(session, A=long_name)
    assert found(session, Region, long_name) == {"A"}
    assert found(session, Region, long_name[:-1] + "县") == set()


def test_changes_deletions_and_roll_backs_are_followed(session: Session) -> None:
    add(session, A="春装", B="夏装")
    region = session.scalars(select(Region).where(Region.code == "A")).one()
    region.name_en = "秋装"
    session.flush()
    assert (found(session, Region, "春"), found(session, Region, "秋")) == (set(), {"A"})
    savepoint = session.begin_nested()
    session.delete(region)
    session.flush()
    assert found(session, Region, "秋") == set()
    savepoint.rollback()
    assert found(session, Region, "秋") == {"A"}


def test_a_bulk_statement_is_followed_by_reindex(session: Session) -> None:
    add(session, A="春装", B="夏装", C="冬装")
    keys = list(session.scalars(select(Region.id).order_by(Region.code)))
    session.execute(update(Region).values(name_en=Region.name + "新款"))
    reindex(session.connection(), Region, keys[:2])
    assert {"A", "B"} <= found(session, Region, "新款")
    session.execute(text("DELETE FROM region WHERE code = 'A'"))
    reindex(session.connection(), Region, keys)
    assert found(session, Region, "新款") == {"B", "C"}
    reindex(session.connection(), Region)
    assert found(session, Region, "新款") == {"B", "C"}


def test_an_alias_can_be_searched(session: Session) -> None:
    add(session, A="春装")
    other = aliased(Region)
    clause = match(other, "春", session.get_bind().dialect.name)
    assert list(session.scalars(select(other.code).where(clause))) == ["A"]


def explained(session: Session, statement: Select[Any]) -> str:
    """Return the database's plan of a statement."""
    dialect = session.get_bind().dialect
    compiled = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN " if dialect.name == "sqlite" else "EXPLAIN "
    if dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))
    lines = session.connection().exec_driver_sql(explain + compiled).all()
    return "\n".join(str(line) for line in lines)


@pytest.mark.parametrize("needle", ["裙", "连衣裙", "CU-2026-0001"])
def test_both_databases_answer_from_the_index(session: Session, needle: str) -> None:
    dialect = session.get_bind().dialect.name
    plan = explained(session, select(ProductLine.id).where(match(ProductLine, needle, dialect)))
    assert (
        "ix_product_line_search" if dialect == "postgresql" else "product_line_search VIRTUAL TABLE INDEX"
    ) in plan


def test_sqlite_reads_a_page_in_the_order_of_the_index(session: Session) -> None:
    search = Search(ProductLine, "裙", session.get_bind().dialect.name)
    if not search.is_streamed:
        return
    key = search.restrict(select(ProductLine.id)).order_by(text("product_line_search.rowid DESC")).limit(26)
    plan = explained(session, key)
    assert plan.index("product_line_search VIRTUAL TABLE") < plan.index("SEARCH product_line ")
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("needle", ["天", "天猫", "旗舰店天", "无此", "", "\x00", "RG-1"])
@pytest.mark.parametrize("window", [3, 4000])
def test_a_search_gives_the_same_pages_as_the_plain_clause(
    session: Session, monkeypatch: pytest.MonkeyPatch, needle: str, window: int
) -> None:
    monkeypatch.setattr(quick, "WINDOW", window)
    add(session, **{f"RG-{number}": f"{number}天猫" if number % 3 else None for number in range(20)})
    dialect = session.get_bind().dialect.name
    search, clause = Search(Region, needle, dialect), match(Region, needle, dialect)
    orders: tuple[tuple[tuple[Any, ...], bool, bool], ...] = (
        ((Region.id.desc(),), True, True),
        ((Region.id.asc(),), True, False),
        ((Region.name.asc(), Region.id.asc()), False, False),
    )
    for order, is_by_key, is_descending in orders:
        for offset in (0, 2, 50):
            page = select(Region.id).where(Region.parent_id.is_(None)).offset(offset)
            expected = list(session.scalars(page.where(clause).order_by(*order).limit(4)))
            given = search.keys(
                session,
                page,
                size=4,
                order=order,
                is_by_key=is_by_key,
                is_descending=is_descending,
                count=len(found(session, Region, needle)),
            )
            assert given == expected
    count = select(func.count()).select_from(search.restrict(select(Region.id)).limit(7).subquery())
    assert session.scalar(count) == min(7, len(found(session, Region, needle)))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=st.lists(TEXTS, min_size=1, max_size=4), needle=TEXTS)
@example(stored=["a%b", "a_b", "a\\b"], needle="\\")
@example(stored=["ΑΣ"], needle="ας")
def test_match_is_substring(session: Session, stored: list[str], needle: str) -> None:
    assume(needle)
    with session.begin_nested() as savepoint:
        session.add_all(Channel(code=f"{number}", name=f"{number}\n", kind="store", name_en=value[:80])
                        for number, value in enumerate(stored))  # fmt: skip
        session.flush()
        expected = {
            str(number)
            for number, value in enumerate(stored)
            if any(fold(needle) in fold(part) for part in (str(number), f"{number}\n", value))
        }
        assert found(session, Channel, needle) == expected
        savepoint.rollback()
