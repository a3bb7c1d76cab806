"""Purchases: which rows are stored, which are refused and why; nothing half; the same again changes nothing."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, text

from app.audit.verify import verify
from app.core.actor import SYSTEM, acting_as
from app.core.errors import BadInput, RuleViolation, WrongState
from app.imports import problems
from app.imports.order import Outcome
from app.imports.problems import TooManyProblems, counted, cure_of, problems_csv, text_of
from app.imports.undo import undo_import
from models.audit import AuditEvent
from models.customers import Customer, CustomerNeed
from models.imports import ImportBatch, ImportStatus
from models.purchases import Purchase, PurchaseLine
from tests.imports.conftest import Desk

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
GOOD = (
    HEADER
    + "536365,85123A, WHITE HEART ,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    + "536365,71053,,1,2010-12-01 08:25:00,0.0,17850.0,United Kingdom\n"
    + "C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom\n"
    + "536589,21777,,-10,2010-12-01 16:50:00,0.0,,United Kingdom\n"
)


def refusals(outcome: Outcome) -> list[tuple[int, str, str, str]]:
    return [(p.line, p.column, p.value, p.reason) for p in outcome.problems]


def line(
    number: str = "1",
    sku: str = "A",
    *,
    quantity: str = "1",
    at: str = "2011-05-01",
    price: str = "1",
    customer: str = "",
    country: str = "UK",
) -> str:
    return f"{number},{sku},thing,{quantity},{at},{price},{customer},{country}\n"


def test_receipts_lines_and_customers_are_made(desk: Desk) -> None:
    outcome = desk.run(GOOD)
    assert (outcome.read, outcome.stored, outcome.unchanged, outcome.refused) == (4, 4, 0, 0)
    assert outcome.created == {"customer": 2, "purchase": 3, "purchase_line": 4}
    receipts = {p.external_no: p for p in desk.session.scalars(select(Purchase))}
    first = receipts["536365"]
    assert first.purchased_at == datetime(2010, 12, 1, 8, 25, tzinfo=UTC)
    assert first.total_amount == Decimal("15.3000")
    assert first.currency_code == "GBP"
    assert [(one.line_no, one.sku, one.description, one.quantity, one.unit_price, one.line_total) for one in first.lines] == [
        (1, "85123A", "WHITE HEART", 6, Decimal("2.5500"), Decimal("15.3000")),
        (2, "71053", None, 1, Decimal(0), Decimal(0)),
    ]  # fmt: skip
    assert first.customer is not None
    assert (first.customer.name, first.customer.source_customer_no, first.customer.country) == ("17850", "17850", "United Kingdom")  # fmt: skip
    assert first.customer.code.endswith("-0008")
    assert first.customer.completeness > 0
    assert receipts["C536379"].total_amount == Decimal("-27.5000")
    assert receipts["536589"].customer is None
    batch = desk.session.get_one(ImportBatch, outcome.batch_id)
    assert (batch.status, batch.read_rows, batch.stored_rows, batch.refused_rows) == ("posted", 4, 4, 0)
    assert batch.mapping["columns"]["external_no"] == "InvoiceNo"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (line(number=""), "InvoiceNo", "missing"),
        (line(sku=""), "StockCode", "missing"),
        (line(quantity=""), "Quantity", "missing"),
        (line(quantity="six"), "Quantity", "not-a-number"),
        (line(quantity="1.5"), "Quantity", "not-whole"),
        (line(quantity="0"), "Quantity", "zero-quantity"),
        (line(quantity="3000000000"), "Quantity", "too-large"),
        (line(at=""), "InvoiceDate", "missing"),
        (line(at="05/06/2011"), "InvoiceDate", "not-a-date"),
        (line(at="2011-03-27 01:30"), "InvoiceDate", "no-such-time"),
        (line(at="2999-01-01"), "InvoiceDate", "to-come"),
        (line(price=""), "UnitPrice", "missing"),
        (line(price="-11062.06"), "UnitPrice", "negative-price"),
        (line(price="1.23456"), "UnitPrice", "places"),
        (line(price="999999999999"), "UnitPrice", "too-large"),
        (line(sku="x" * 41), "StockCode", "too-long"),
        (line(sku="a\x07b"), None, None),
        ("1,A,too,few\n", "", "cells"),
        (line()[:-1] + ",more\n", "", "cells"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_stored_names_line_column_and_cure(
    desk: Desk, row: str, column: str | None, reason: str | None
) -> None:
    content = HEADER + line("OK-1") + row
    if reason is None:
        with pytest.raises(BadInput):  # a control character makes the whole file no text
            desk.run(content)
        return
    before = desk.digests()
    outcome = desk.run(content)
    assert [(p.line, p.column, p.reason) for p in outcome.problems] == [(3, column, reason)]
    assert text_of(outcome.problems[0])
    assert "%(" not in text_of(outcome.problems[0]) + cure_of(outcome.problems[0])
    assert (outcome.stored, outcome.refused) == (1, 1)
    assert before["purchase"][0] + 1 == desk.digests()["purchase"][0]


def test_a_receipt_is_stored_whole_or_not_at_all(desk: Desk) -> None:
    outcome = desk.run(
        HEADER + line("1", "A") + line("1", "B", quantity="0") + line("1", "C") + line("2", "D")
    )
    assert refusals(outcome) == [
        (2, "InvoiceNo", "1", "receipt-incomplete"), (3, "Quantity", "0", "zero-quantity"), (4, "InvoiceNo", "1", "receipt-incomplete"),
    ]  # fmt: skip
    assert list(desk.session.scalars(select(Purchase.external_no))) == ["2"]
    assert counted(outcome.problems) == [("receipt-incomplete", 2), ("zero-quantity", 1)]


def test_a_receipt_has_one_customer(desk: Desk) -> None:
    outcome = desk.run(HEADER + line("1", customer="7") + line("1", customer="8"))
    assert [p.reason for p in outcome.problems] == ["receipt-incomplete", "other-customer"]
    assert desk.session.scalar(select(func.count()).select_from(Customer)) == 0


def test_lines_of_a_receipt_need_not_stand_together(desk: Desk) -> None:
    outcome = desk.run(HEADER + line("1", "A") + line("2", "B") + line("1", "C", price="2"))
    assert outcome.created["purchase"] == 2
    found = desk.session.scalars(select(Purchase).filter_by(external_no="1")).one()
    assert [one.sku for one in found.lines] == ["A", "C"]
    assert found.total_amount == Decimal(3)


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    first = desk.run(GOOD)
    before = desk.digests()
    entries = desk.session.scalar(select(func.count()).select_from(AuditEvent))
    again = desk.run(GOOD, name="renamed.csv")
    assert again.is_repeated
    assert again.batch_id == first.batch_id
    assert desk.digests() == before
    assert desk.session.scalar(select(func.count()).select_from(ImportBatch)) == 1
    assert desk.session.scalar(select(func.count()).select_from(AuditEvent)) == entries


def test_rows_that_are_there_already_stay_as_they_are(desk: Desk) -> None:
    desk.run(GOOD)
    before = desk.digests()
    again = desk.run(GOOD + "\n\n")
    assert not again.is_repeated
    assert (again.read, again.stored, again.unchanged, again.refused) == (4, 0, 4, 0)
    assert desk.digests() == before
    more = desk.run(GOOD + line("NEW", customer="17850"))
    assert (more.stored, more.unchanged, more.created["customer"]) == (1, 4, 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [(",6,", ",7,"), ("2.55", "2.56"), ("WHITE", "RED"), ("08:25", "08:24"), ("71053", "71054")],
)
def test_a_stored_receipt_with_other_content_is_refused(desk: Desk, old: str, new: str) -> None:
    desk.run(GOOD)
    before = desk.digests()
    outcome = desk.run(GOOD.replace(old, new))
    assert [(p.line, p.reason) for p in outcome.problems] == [(2, "receipt-differs"), (3, "receipt-differs")]
    assert outcome.unchanged == 2
    assert desk.digests() == before


def test_a_dry_run_tells_the_same_and_stores_nothing(desk: Desk) -> None:
    content = GOOD + line("X", quantity="0")
    before = desk.digests()
    tried = desk.run(content, dry_run=True)
    assert desk.digests() == before
    assert desk.session.scalar(select(func.count()).select_from(ImportBatch)) == 0
    done = desk.run(content)
    assert (tried.read, tried.stored, tried.refused, tried.problems, tried.created) == (
        done.read, done.stored, done.refused, done.problems, done.created,
    )  # fmt: skip
    assert tried.digest == done.digest


def test_nothing_is_half_stored_when_the_database_refuses_in_the_middle(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.digests()
    monkeypatch.setattr("app.imports.spool.CHUNK", 2)
    calls = iter(range(100))

    def fail_late(self: object, rows: object) -> None:
        if next(calls) == 1:
            desk.session.connection().execute(text("INSERT INTO purchase (id) VALUES (1)"))

    monkeypatch.setattr("app.imports.bulk.BulkInsert.load", fail_late)
    with pytest.raises(RuleViolation) as caught:
        desk.run(GOOD)
    assert caught.value.code == "import-raced"
    monkeypatch.undo()
    assert desk.digests() == before
    assert desk.session.scalar(select(func.count()).select_from(ImportBatch)) == 0


def test_a_file_full_of_refused_rows_is_not_imported(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "MOST_PROBLEMS", 5)
    before = desk.digests()
    with pytest.raises(TooManyProblems) as caught:
        desk.run(HEADER + line("OK") + line(quantity="x") * 10)
    assert len(caught.value.problems) == 6
    assert desk.digests() == before


@pytest.mark.parametrize("content", [HEADER, HEADER + "\n\n"])
def test_a_file_without_rows(desk: Desk, content: str) -> None:
    with pytest.raises(BadInput) as caught:
        desk.run(content)
    assert caught.value.code == "no-rows"


def test_undo_leaves_the_database_as_before(desk: Desk) -> None:
    desk.run(HEADER + line("OLD", customer="17850"), name="old.csv")
    before = desk.digests()
    outcome = desk.run(GOOD)
    assert desk.digests() != before
    with acting_as(SYSTEM):
        removed = undo_import(batch_id=outcome.batch_id or 0)
    assert removed == {"purchase_line": 4, "purchase": 3, "customer_identity": 0, "customer": 1}
    assert desk.digests() == before
    batch = desk.session.get_one(ImportBatch, outcome.batch_id)
    assert batch.status == ImportStatus.UNDONE.value
    with pytest.raises(WrongState):
        undo_import(batch_id=outcome.batch_id or 0)
    again = desk.run(GOOD)
    assert again.stored == 4
    assert not again.is_repeated


def test_undo_is_refused_when_something_depends_on_the_batch(desk: Desk) -> None:
    outcome = desk.run(GOOD)
    later = desk.run(HEADER + line("LATER", customer="17850"), name="later.csv")
    before = desk.digests()
    with pytest.raises(WrongState) as caught:
        undo_import(batch_id=outcome.batch_id or 0)
    assert caught.value.code == "batch-used"
    assert desk.digests() == before
    undo_import(batch_id=later.batch_id or 0)
    customer = desk.session.scalars(select(Customer).filter_by(source_customer_no="17850")).one()
    need = CustomerNeed(customer_id=customer.id, kind="need", content="x", stated_on=datetime(2026, 1, 1).date(), source_id=desk.source_id)  # noqa: DTZ001  # fmt: skip
    desk.session.add(need)
    desk.session.commit()
    with pytest.raises(WrongState) as caught:
        undo_import(batch_id=outcome.batch_id or 0)
    assert caught.value.code == "batch-used"
    desk.session.delete(need)
    desk.session.commit()
    undo_import(batch_id=outcome.batch_id or 0)


def test_undo_is_refused_when_a_row_was_changed_added_or_removed_since(desk: Desk) -> None:
    outcome = desk.run(GOOD)
    key = outcome.batch_id or 0
    receipt = desk.session.scalars(select(Purchase).filter_by(external_no="536365")).one()
    extra = PurchaseLine(
        purchase_id=receipt.id, line_no=9, sku="X", quantity=1, unit_price=Decimal(1), line_total=Decimal(1)
    )
    desk.session.add(extra)
    desk.session.commit()
    with pytest.raises(WrongState) as caught:
        undo_import(batch_id=key)
    assert caught.value.code == "batch-changed"
    desk.session.delete(extra)
    customer = receipt.customer
    assert customer is not None
    customer.name = "Mary"
    desk.session.commit()
    with pytest.raises(WrongState) as caught:
        undo_import(batch_id=key)
    assert caught.value.code == "batch-changed"


def test_a_merged_customer_gets_the_purchases_of_his_old_number_and_one_in_the_bin_gets_none(
    desk: Desk,
) -> None:
    desk.run(HEADER + line("1", customer="7") + line("2", customer="8") + line("3", customer="9"))
    found = {c.source_customer_no: c for c in desk.session.scalars(select(Customer))}
    found["7"].status, found["7"].merged_into_id = "merged", found["8"].id
    found["9"].deleted_at = datetime(2026, 1, 1, tzinfo=UTC)
    desk.session.commit()
    outcome = desk.run(HEADER + line("4", customer="7") + line("5", customer="9"))
    assert refusals(outcome) == [(3, "CustomerID", "9", "customer-in-bin")]
    assert (
        desk.session.scalars(select(Purchase).filter_by(external_no="4")).one().customer_id == found["8"].id
    )


def test_the_trail_tells_the_import_in_one_entry_without_personal_values(desk: Desk) -> None:
    outcome = desk.run(GOOD)
    entry = desk.session.scalars(select(AuditEvent).filter_by(action="import.purchases")).one()
    assert entry.record_id == str(outcome.batch_id)
    assert entry.changes["rows_sha256"] == outcome.digest
    assert (entry.changes["stored"], entry.changes["created"]["purchase_line"]) == (4, 4)
    assert "17850" not in str(entry.changes)
    desk.session.commit()
    assert verify(bind=desk.session.connection()).is_intact


def test_the_quick_search_follows_import_and_undo(desk: Desk) -> None:
    outcome = desk.run(GOOD)
    assert desk.found("785") == ["17850"]
    with acting_as(SYSTEM):
        undo_import(batch_id=outcome.batch_id or 0)
    assert desk.found("785") == []
    desk.run(HEADER + line(customer="99"))  # on SQLite the key of the first customer comes again
    assert desk.found("785") == []
    assert desk.found("99") == ["99"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_chinese_file(desk: Desk, encoding: str) -> None:
    content = "订单号;货号;品名;数量;下单时间;单价;会员号;国家\nA1;LX-1;真丝连衣裙;2;2026年3月1日 10:00;899.00;M1;中国\n"
    outcome = desk.run(content.encode(encoding))
    assert outcome.stored == 1
    assert desk.session.scalars(select(PurchaseLine.description)).one() == "真丝连衣裙"


def test_a_workbook(desk: Desk) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(HEADER.strip().split(","))
    at = datetime(2010, 12, 1, 8, 26)  # noqa: DTZ001  a workbook knows no zones
    sheet.append([536365, "85123A", "HEART", 6, at, 2.55, 17850.0, "United Kingdom"])
    path = desk.folder / "a.xlsx"
    book.save(path)
    outcome = desk.run(path)
    assert (outcome.stored, outcome.refused) == (1, 0)
    found = desk.session.scalars(select(Purchase)).one()
    assert (found.external_no, found.total_amount) == ("536365", Decimal("15.3"))


def test_refused_rows_as_a_csv_that_holds_no_formula(desk: Desk, app: object) -> None:
    outcome = desk.run(HEADER + line("OK") + line(quantity="=1+1"))
    written = "".join(problems_csv(outcome.problems))
    assert "'=1+1" in written
    assert written.count("\n") == 2
