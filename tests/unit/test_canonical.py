"""Equal contents have equal canonical texts, different ones different texts; a link covers every bit."""

import json
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.canonical import (
    ALGORITHMS,
    GENESIS,
    canonical_json,
    digest_of,
    instant_text,
    json_text,
    link_hash,
    link_of_text,
    normal_form,
)
from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l


class Colour(LabelEnum):
    """An enum as the models declare them."""

    RED = "red", _l("Red")


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"\A[a-z]{1,8}\Z"), inner),
    max_leaves=20,
)


@given(values)
def test_normal_form_is_stable_and_survives_json(value: Any) -> None:
    normal = normal_form(value)
    assert normal_form(normal) == normal
    assert json.loads(canonical_json(value)) == normal
    assert canonical_json(value) == json_text(normal)


@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,8}\Z"), values, max_size=6), st.randoms())
def test_order_of_keys_does_not_matter(content: dict[str, Any], random: Any) -> None:
    shuffled = list(content.items())
    random.shuffle(shuffled)
    assert digest_of(dict(shuffled)) == digest_of(content)


@given(st.text())
def test_composed_and_decomposed_text_are_one(text: str) -> None:
    assert digest_of(unicodedata.normalize("NFD", text)) == digest_of(unicodedata.normalize("NFC", text))


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
    st.integers(0, 6),
)
def test_equal_amounts_are_one_however_typed(amount: Decimal, zeros: int) -> None:
    sign, digits, exponent = amount.as_tuple()
    padded = Decimal((sign, (*digits, *(0,) * zeros), int(exponent) - zeros))
    assert padded == amount
    assert canonical_json(padded) == canonical_json(amount)
    assert Decimal(json.loads(canonical_json(amount))) == amount


@given(st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30))
def test_different_numbers_stay_different(one: int, other: int) -> None:
    assert (canonical_json([one]) == canonical_json([other])) == (one == other)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        (Decimal("100.00"), '"100"'),
        (Decimal("1E+2"), '"100"'),
        (Decimal("-0.00"), '"0"'),
        (Decimal("12.50"), '"12.5"'),
        (1e22, "10000000000000000000000"),
        (-0.0, "0"),
        (0.1, '"0.1"'),
        (date(2026, 1, 31), '"2026-01-31"'),
        (datetime(2026, 1, 31, 8, tzinfo=UTC), '"2026-01-31T08:00:00.000000Z"'),
        (datetime(2026, 1, 31, 16, tzinfo=timezone(timedelta(hours=8))), '"2026-01-31T08:00:00.000000Z"'),
        (datetime(2026, 1, 31, 8), '"2026-01-31T08:00:00.000000"'),  # noqa: DTZ001  the framework's naive stamps
        (Colour.RED, '"red"'),
        ({Colour.RED: 1, 2: 3}, '{"2":3,"red":1}'),
        ("营销\x00\ud800", '"营销\ufffd\ufffd"'),
        (b"\x01\xff", '"01ff"'),
    ],
)
def test_table_of_forms(value: Any, text: str) -> None:
    assert canonical_json(value) == text


@pytest.mark.parametrize("value", [object(), {1, 2}, _l("Red"), {"a": {None: 1}}, {True: 1}, 1j])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity"), {1: "a", "1": "b"}]
)
def test_what_is_ambiguous_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"finite|equal"):
        canonical_json(value)


def test_instant_text_sorts_like_the_instants() -> None:
    first = datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert (
        instant_text(first)
        < instant_text(first + timedelta(microseconds=1))
        < instant_text(first + timedelta(days=9))
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(
    body=st.dictionaries(st.from_regex(r"\A[a-z]{1,8}\Z"), values, max_size=4), place=st.integers(min_value=0)
)
def test_a_link_changes_with_every_bit(algorithm: str, body: dict[str, Any], place: int) -> None:
    text = canonical_json(body)
    link = link_hash(GENESIS, body, algorithm)
    assert len(bytes.fromhex(link)) == 32
    assert link == link_of_text(GENESIS, text, algorithm)
    position = place % len(text)
    flipped = text[:position] + chr(ord(text[position]) ^ 1) + text[position + 1 :]
    assert link_of_text(GENESIS, flipped, algorithm) != link
    assert link_hash("f" * 64, body, algorithm) != link


def test_known_digests() -> None:
    # Computed with `printf … | sha256sum`; whoever changes them invalidates every stored trail.
    assert digest_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert link_hash(GENESIS, {"a": 1}) == "f7c844ee46acd6298b40fc30dc37b59d67311e2e0e9af49f0ed54d4ba1930aef"
    assert (
        link_hash(GENESIS, {"a": 1}, "sm3")
        == "49eca37db468b9b2e93a9aa9d8fc1626968a735d89c7cab6223f99b5e1a20ef3"
    )


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(ValueError, match="md5"):
        digest_of({}, "md5")
