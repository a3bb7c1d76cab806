"""Static files over the wire: compressed, kept for ever by their fingerprint, and the business of no cookie."""

import gzip
import re
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from app import static_files
from tests.fixtures_people import People

FOLDER = Path(static_files.__file__).parent / "static"
GZIP = {"Accept-Encoding": "gzip, br"}
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # files know no database


def _get(people: People, path: str, **headers: str) -> TestResponse:
    answer: TestResponse = people.staff.browser().get(f"/static/{path}", headers=headers, buffered=True)
    return answer


@pytest.mark.parametrize("name", ["dist/app.css", "dist/app.js", "dist/icons.svg", "yingce.svg"])
def test_text_is_compressed_for_whoever_can_unpack_it(people: People, name: str) -> None:
    stored = (FOLDER / name).read_bytes()
    packed = _get(people, name, **GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == stored
    assert len(packed.data) < len(stored)
    plain = _get(people, name)
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == "Accept-Encoding"
    assert plain.data == stored
    assert packed.mimetype == plain.mimetype
    assert packed.headers["Etag"] != plain.headers["Etag"]


def test_what_carries_a_fingerprint_is_kept_for_ever_and_nothing_else(people: People) -> None:
    page = people.staff.browser().get("/")
    addresses = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text))
    assert len(addresses) >= 4
    for address in addresses:
        answer = people.staff.browser().get(address, headers=GZIP, buffered=True)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"], address
        assert "Set-Cookie" not in answer.headers
    assert "immutable" not in _get(people, "dist/app.css").headers["Cache-Control"]


def test_an_unchanged_file_is_not_sent_again(people: People) -> None:
    first = _get(people, "dist/app.css", **GZIP)
    again = _get(people, "dist/app.css", **GZIP, **{"If-None-Match": first.headers["Etag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["dist/none.css", "../factory.py", "..%2ffactory.py", "dist/../../factory.py", "dist"]
)
def test_only_static_files_are_given_out(people: People, path: str) -> None:
    assert _get(people, path, **GZIP).status_code == 404


def test_they_carry_the_portals_security_headers(people: People) -> None:
    headers = _get(people, "dist/app.css", **GZIP).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in headers["Content-Security-Policy"]
