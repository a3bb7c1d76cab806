"""A file becomes rows, or one sentence that says why not."""

import gzip
import io
import lzma
import zipfile
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from app.core.errors import BadInput
from app.imports import reading, workbook
from app.imports.packed import ZIP
from app.imports.reading import open_table

HEADER = ["编号", "姓名"]
ROWS = [["1", "张伟"], ["2", "Ænne Ø"]]


def active(book: Any) -> Any:
    return book.active


def read(path: Path, name: str | None = None) -> tuple[list[str], list[tuple[int, list[str]]]]:
    with open_table(path, name) as table:
        return table.headers, list(table.rows)


def refusal(path: Path, name: str | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        read(path, name)
    assert str(caught.value)
    return caught.value.code


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_in_every_encoding_and_with_every_separator(
    tmp_path: Path, delimiter: str, encoding: str, end: str
) -> None:
    text = end.join(delimiter.join(row) for row in [HEADER, *ROWS]) + end
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert read(path) == (HEADER, [(2, ROWS[0]), (3, ROWS[1])])


def test_gb18030_that_shows_late_in_a_long_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"no,name\n" + b"1,plain\n" * 100_000 + "2,张伟\n".encode("gb18030"))
    assert read(path)[1][-1] == (100_002, ["2", "张伟"])


@pytest.mark.parametrize(("suffix", "pack"), [(".xz", lzma.compress), (".gz", gzip.compress)])
def test_packed_files_also_in_several_parts(tmp_path: Path, suffix: str, pack: object) -> None:
    assert callable(pack)
    path = tmp_path / f"a.csv{suffix}"
    path.write_bytes(pack(b"a,b\n1,") + pack(b"2\n3,4\n"))
    assert read(path)[1] == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_quoted_cells_keep_separators_and_line_numbers_count_file_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"x, ""y""","one\ntwo"\n\n,\nlast,1\n', encoding="utf-8")
    assert read(path)[1] == [(2, ['x, "y"', "one\ntwo"]), (6, ["last", "1"])]


def test_xlsx_values_become_the_texts_of_a_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    active(book).append(["no", "price", "at", "day", "name", "big"])
    active(book).append([17850.0, 2.55, datetime(2010, 12, 1, 8, 26), date(2011, 1, 2), "张伟", 1e15])  # noqa: DTZ001
    active(book).append([None] * 6)
    active(book).append([1, 0.1 + 0.2, None, None, None, None])
    path = tmp_path / "a.xlsx"
    book.save(path)
    headers, rows = read(path)
    assert headers == ["no", "price", "at", "day", "name", "big"]
    assert rows == [
        (2, ["17850", "2.55", "2010-12-01 08:26:00", "2011-01-02 00:00:00", "张伟", "1000000000000000"]),
        (4, ["1", "0.3", "", "", "", ""]),
    ]


def _zip(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def _workbook_parts(tmp_path: Path) -> dict[str, bytes]:
    good = tmp_path / "good.xlsx"
    book = openpyxl.Workbook()
    active(book).append(["a", "b"])
    active(book).append(["x", "y"])
    book.save(good)
    with zipfile.ZipFile(good) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "file-empty"),
        ("a.csv", b"  \r\n ", "file-empty"),
        ("a.csv", b"\xef\xbb\xbf", "file-empty"),
        ("a.csv", b" , , \n1,2,3\n", "no-header"),
        ("a.csv", b"a,a\n1,2\n", "header-twice"),
        ("a.csv", b"a,b\n1,\"open\n" + b"2,3\n" * 50, "bad-quotes"),
        ("a.csv", b'a,b\n1,"x"y\n', "bad-quotes"),
        ("a.csv", b"a,b\n1,\x00\x01\x02\n", "file-no-text"),
        ("a.csv", b"a,b\n1,\xff\xff\n", "file-no-text"),
        ("a.csv", b"MZ\x90\x00" * 9, "file-no-text"),
        ("a.csv", b"<html><table><tr><td>1</td></tr></table>", "file-no-text"),
        ("a.csv", b"%PDF-1.7\nabc", "file-no-text"),
        ("a.csv", "a,b\n1,2\n".encode("utf-16")[:-1], "file-no-text"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "file-old-excel"),
        ("a.csv", b"a,b\n1," + b"x" * 20_000 + b"\n", "cell-too-long"),
        ("a.csv", b",".join(b"c%d" % number for number in range(300)) + b"\n1\n", "no-header"),
        ("a.exe", b"a,b\n1,2\n", "file-kind"),
        ("a", b"a,b\n1,2\n", "file-kind"),
        ("a.xlsx", b"a,b\n1,2\n", "file-disguised"),
        ("a.csv", ZIP + b"rest", "file-disguised"),
        ("a.csv.gz", b"a,b\n1,2\n", "file-disguised"),
        ("a.csv.xz", lzma.compress(b"a,b\n" + b"1,2\n" * 1000)[:-30], "file-damaged"),
        ("a.csv.xz", b"\xfd7zXZ\x00" + b"junk" * 20, "file-damaged"),
        ("a.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 1000, mtime=0)[:-12], "file-damaged"),
        ("a.xlsx", ZIP + b"junk" * 50, "file-damaged"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_sentence(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / "stored-under-another-name"
    path.write_bytes(content)
    assert refusal(path, name) == code


def test_a_zip_without_a_workbook(tmp_path: Path) -> None:
    assert refusal(_zip(tmp_path / "a.xlsx", {"evil.txt": b"x"})) == "file-disguised"


def test_entities_of_a_workbook_are_never_expanded(tmp_path: Path) -> None:
    parts = _workbook_parts(tmp_path)
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    sheet = "xl/worksheets/sheet1.xml"
    evil = {**parts, sheet: bomb + parts[sheet].split(b"?>", 1)[-1].replace(b"<t>", b"<t>&b;")}
    assert refusal(_zip(tmp_path / "a.xlsx", evil)) == "file-damaged"
    evil = {**parts, "xl/sharedStrings.xml": bomb + b"<sst><si><t>&b;</t></si></sst>"}
    evil[sheet] = parts[sheet].replace(b't="inlineStr"', b't="s"').replace(b"<is><t>x</t></is>", b"<v>0</v>")
    try:
        rows = read(_zip(tmp_path / "b.xlsx", evil))
    except BadInput:
        return
    assert "aaaa" not in str(rows)


def test_broken_workbooks_never_end_in_a_trace(tmp_path: Path) -> None:
    parts = _workbook_parts(tmp_path)
    for name in parts:
        if name in {"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"}:
            evil = {**parts, name: b"<not-xml"}
            assert refusal(_zip(tmp_path / "a.xlsx", evil)) == "file-damaged", name


def test_randomly_damaged_workbooks_are_read_or_refused(tmp_path: Path) -> None:
    good = _zip(tmp_path / "good.xlsx", _workbook_parts(tmp_path)).read_bytes()
    random = Random(7)
    refused = 0
    for _round in range(150):
        bad = bytearray(good)
        for _hit in range(random.randint(1, 8)):
            bad[random.randrange(4, len(bad))] = random.randrange(256)
        path = tmp_path / "bad.xlsx"
        path.write_bytes(bad)
        try:
            read(path)
        except BadInput:
            refused += 1
    assert refused > 20


def test_bombs_are_refused_before_they_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000_000)
    for name, content in (
        ("a.csv.gz", gzip.compress(b"1,2\n" * 500_000, mtime=0)),
        ("a.csv.xz", lzma.compress(b"1,2\n" * 500_000)),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert refusal(path) == "file-too-large"
    parts = {**_workbook_parts(tmp_path), "xl/media/zeros.bin": b"\x00" * 2_000_000}
    assert refusal(_zip(tmp_path / "a.xlsx", parts)) == "file-too-large"
    monkeypatch.setattr(workbook, "_MOST_SHARED_TEXT", 1_000)
    parts = {**_workbook_parts(tmp_path), "xl/sharedStrings.xml": b"<sst>" + b" " * 1_000 + b"</sst>"}
    assert refusal(_zip(tmp_path / "b.xlsx", parts)) == "file-too-large"


def test_an_xz_file_that_asks_for_a_gigabyte_is_refused(tmp_path: Path) -> None:
    filters = [
        {
            "id": lzma.FILTER_LZMA2,
            "dict_size": 256 * 1024 * 1024,
            "mode": lzma.MODE_FAST,
            "mf": lzma.MF_HC3,
            "nice_len": 8,
        }
    ]
    path = tmp_path / "a.csv.xz"
    packer = lzma.LZMACompressor(format=lzma.FORMAT_XZ, filters=filters)
    path.write_bytes(packer.compress(b"a,b\n1,2\n") + packer.flush())
    assert refusal(path) == "file-damaged"


def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 3, encoding="utf-8")
    assert len(read(path)[1]) == 3
    path.write_text("a,b\n" + "1,2\n" * 4, encoding="utf-8")
    assert refusal(path) == "too-many-rows"


def test_any_bytes_are_read_or_refused(tmp_path: Path) -> None:
    random = Random(11)
    path = tmp_path / "a.csv"
    seeds = [b"a,b\n1,2\n", "编号,姓名\n1,张伟\n".encode("gb18030"), "a,b\n1,é\n".encode("utf-16")]
    read_ = 0
    for number in range(600):
        content = bytearray(
            seeds[number % 3] + random.randbytes(random.randint(0, 12)) + io.BytesIO(b'"\r\n,').read()
        )
        content[random.randrange(len(content))] = random.randrange(256)
        path.write_bytes(content)
        try:
            read(path)
            read_ += 1
        except BadInput:
            continue
    assert 0 < read_ < 600
