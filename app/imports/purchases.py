"""Imports purchases: one line of the file is one line of a receipt; receipts are stored whole or not at all.

Which rows are refused and why stands in docs/algorithms/import.md.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, select, type_coerce
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.i18n import lazy_gettext as _l
from app.imports.bulk import BulkInsert, RowDigest, portions, table_of
from app.imports.mapping import Field, instant, number_text, scaled, text, whole
from app.imports.matching import IN_BIN, CustomerMaker, NewCustomer, customers_by_number
from app.imports.order import ImportOrder, Progress, Stored
from app.imports.problems import Problems, RowRefused
from app.imports.spool import Spool
from models.purchases import Purchase, PurchaseLine

FIELDS = (
    Field("external_no", _l("Receipt number"), number_text(60), True,
          ("invoice_no", "invoice", "order_no", "order_id", "receipt", "receipt_number",
           "单号", "订单号", "订单编号", "小票号", "发票号", "訂單編號", "發票號碼")),
    Field("sku", _l("SKU"), number_text(40), True,
          ("stock_code", "item_no", "article", "product_code", "货号", "商品编码", "商品编号", "品号", "貨號", "商品編號")),
    Field("description", _l("Description"), text(200), False,
          ("item", "product", "product_name", "品名", "商品名称", "商品", "描述", "商品名稱")),
    Field("quantity", _l("Quantity"), whole, True, ("qty", "pieces", "数量", "件数", "數量")),
    Field("purchased_at", _l("Bought at"), instant, True,
          ("invoice_date", "date", "order_date", "time", "购买时间", "下单时间", "日期", "交易时间", "購買時間", "下單時間")),
    Field("unit_price", _l("Unit price"), scaled, True, ("price", "单价", "价格", "單價")),
    Field("customer_no", _l("Number of the customer"), number_text(60), False,
          ("customer_id", "customer", "member_no", "客户号", "客户编号", "会员号", "会员编号", "客戶編號", "會員編號")),
    Field("country", _l("Country"), text(60), False, ("国家", "國家")),
)  # fmt: skip

MOST_AMOUNT = 10**15
"""Largest amount of a line or receipt, in 1/10,000 of the currency."""
MOST_QUANTITY = 2**31 - 1
_PURCHASE = table_of(Purchase)
_LINE = table_of(PurchaseLine)


@dataclass(slots=True)
class _Receipt:
    number: str
    customer_no: str | None
    country: str | None
    at: datetime
    first_line: int
    total: int = 0
    lines: int = 0
    refusal: RowRefused | None = None
    is_unchanged: bool = False
    key: int = 0


class PurchaseImport:
    """One reading of a file of purchases; see `app.imports.registry.Import`."""

    def __init__(self, order: ImportOrder, problems: Problems, spool: Spool) -> None:
        self._order = order
        self._problems = problems
        self._spool = spool
        self._now = utc_now()
        self._receipts: list[_Receipt] = []
        self._by_number: dict[str, int] = {}
        self._broken: dict[str, int] = {}

    def take(self, line: int, values: dict[str, Any]) -> None:
        """Check a row and keep it.

        Raises:
            RowRefused: it cannot be stored.
        """
        quantity, price = values["quantity"], values["unit_price"]
        _check_amounts(quantity, price)
        if values["purchased_at"] > self._now:
            raise RowRefused("to-come", "purchased_at", str(values["purchased_at"]))
        index, receipt = self._receipt_of(line, values)
        amount = quantity * price
        if abs(amount) > MOST_AMOUNT or abs(receipt.total + amount) > MOST_AMOUNT:
            raise RowRefused("too-large", "unit_price", str(price / 10_000))
        receipt.total += amount
        receipt.lines += 1
        receipt.at = min(receipt.at, values["purchased_at"])
        self._spool.append([index, line, values["sku"], values["description"], quantity, price])

    def _receipt_of(self, line: int, values: dict[str, Any]) -> tuple[int, _Receipt]:
        number = values["external_no"]
        index = self._by_number.get(number)
        if index is None:
            index = self._by_number[number] = len(self._receipts)
            receipt = _Receipt(number, values["customer_no"], values["country"], values["purchased_at"], line)
            self._receipts.append(receipt)
            return index, receipt
        receipt = self._receipts[index]
        if receipt.customer_no != values["customer_no"]:
            raise RowRefused(
                "other-customer", "customer_no", values["customer_no"] or "", receipt.customer_no or "–"
            )
        return index, receipt

    def refused(self, line: int, values: dict[str, Any]) -> None:
        """Hear that a row was refused: its receipt cannot be stored whole."""
        number = values.get("external_no")
        if number is not None:
            self._broken.setdefault(number, line)

    def store(self, session: Session, batch_id: int, progress: Progress) -> Stored:
        """Store what was kept, in the session's transaction."""
        connection = session.connection()
        customers = self._judge(connection)
        self._tell_refused_lines()
        digest = RowDigest()
        maker = CustomerMaker(session, self._order, batch_id, digest)
        fresh = [
            receipt for receipt in self._receipts if receipt.refusal is None and not receipt.is_unchanged
        ]
        self._make_customers(maker, fresh, customers)
        stored = Stored(unchanged=sum(receipt.lines for receipt in self._receipts if receipt.is_unchanged))
        self._store_receipts(connection, batch_id, fresh, customers, digest)
        stored.rows = self._store_lines(connection, digest, progress)
        maker.tell(stored)
        stored.created |= {"purchase": len(fresh), "purchase_line": stored.rows}
        stored.digest = digest.text()
        return stored

    def _judge(self, connection: Connection) -> dict[str, int]:
        """Say of each receipt whether it is stored, unchanged or refused; returns the known customers."""
        for number, line in self._broken.items():
            index = self._by_number.get(number)
            if index is not None:
                self._receipts[index].refusal = RowRefused("receipt-incomplete", "external_no", number, line)
        self._compare(connection)
        open_ones = [
            receipt for receipt in self._receipts if receipt.refusal is None and not receipt.is_unchanged
        ]
        numbers = {receipt.customer_no for receipt in open_ones if receipt.customer_no is not None}
        customers = customers_by_number(connection, self._order.source_id, numbers)
        for receipt in open_ones:
            if receipt.customer_no is not None and customers.get(receipt.customer_no) == IN_BIN:
                receipt.refusal = RowRefused("customer-in-bin", "customer_no", receipt.customer_no)
        return customers

    def _compare(self, connection: Connection) -> None:
        """Find the receipts that are stored already and compare their times and lines."""
        there: dict[int, tuple[int, datetime, str]] = {}
        query = select(
            _PURCHASE.c.external_no, _PURCHASE.c.id, _PURCHASE.c.purchased_at, _PURCHASE.c.currency_code
        ).where(_PURCHASE.c.source_id == self._order.source_id)
        for some in portions(list(self._by_number)):
            for number, key, at, currency in connection.execute(
                query.where(_PURCHASE.c.external_no.in_(some))
            ):
                there[self._by_number[number]] = (key, at, currency)
        if not there:
            return
        read = self._digests_of_file(set(there))
        stored = _digests_of_database(connection, [key for key, _at, _currency in there.values()])
        for index, (key, at, currency) in there.items():
            receipt = self._receipts[index]
            is_same = (
                read.get(index) == stored.get(key) and at == receipt.at and currency == self._order.currency
            )
            if is_same and receipt.refusal is None:
                receipt.is_unchanged = True
            elif receipt.refusal is None:
                receipt.refusal = RowRefused("receipt-differs", "external_no", receipt.number)

    def _digests_of_file(self, wanted: set[int]) -> dict[int, bytes]:
        digests: dict[int, Any] = {}
        for index, _line, *content in self._rows():
            if index in wanted:
                digests.setdefault(index, hashlib.sha256()).update(repr(tuple(content)).encode())
        return {index: digest.digest() for index, digest in digests.items()}

    def _rows(self) -> Iterator[list[Any]]:
        for chunk in self._spool.chunks():
            yield from chunk

    def _tell_refused_lines(self) -> None:
        if any(receipt.refusal for receipt in self._receipts):
            for index, line, *_content in self._rows():
                refusal = self._receipts[index].refusal
                if refusal is not None:
                    self._problems.add(line, refusal)

    def _make_customers(self, maker: CustomerMaker, fresh: list[_Receipt], customers: dict[str, int]) -> None:
        new: dict[str, NewCustomer] = {}
        for receipt in fresh:
            number = receipt.customer_no
            if number is not None and number not in customers and number not in new:
                new[number] = NewCustomer(name=number, source_customer_no=number, country=receipt.country)
        for some in portions(list(new)):
            customers.update(zip(some, maker.make([new[number] for number in some]), strict=True))

    def _store_receipts(
        self,
        connection: Connection,
        batch_id: int,
        fresh: list[_Receipt],
        customers: dict[str, int],
        digest: RowDigest,
    ) -> None:
        fixed = {
            "source_id": self._order.source_id,
            "currency_code": self._order.currency,
            "import_batch_id": batch_id,
        }
        insert = BulkInsert(
            connection, Purchase, ("external_no", "customer_id", "purchased_at", "total_amount"), fixed
        )
        for some in portions(fresh):
            rows = [
                (
                    receipt.number,
                    customers[receipt.customer_no] if receipt.customer_no else None,
                    receipt.at,
                    receipt.total,
                )
                for receipt in some
            ]
            for receipt, key in zip(some, insert.store_with_keys(rows), strict=True):
                receipt.key = key
                digest.add(
                    "purchase", (receipt.number, receipt.customer_no, receipt.at.isoformat(), receipt.total)
                )
            for receipt in some:
                receipt.lines = 0  # from here on the number of the last line

    def _store_lines(self, connection: Connection, digest: RowDigest, progress: Progress) -> int:
        names = ("purchase_id", "line_no", "sku", "description", "quantity", "unit_price", "line_total")
        insert = BulkInsert(connection, PurchaseLine, names, {})
        done = 0
        for chunk in self._spool.chunks():
            rows = []
            for index, _line, sku, description, quantity, price in chunk:
                receipt = self._receipts[index]
                if not receipt.key:
                    continue
                receipt.lines += 1
                content = (receipt.lines, sku, description, quantity, price, quantity * price)
                rows.append((receipt.key, *content))
                digest.add("purchase_line", (receipt.number, *content))
            insert.load(rows)
            done += len(chunk)
            progress(done, self._spool.count)
        return insert.count


def _check_amounts(quantity: int, price: int) -> None:
    if quantity == 0:
        raise RowRefused("zero-quantity", "quantity", "0")
    if abs(quantity) > MOST_QUANTITY:
        raise RowRefused("too-large", "quantity", str(quantity))
    if price < 0:
        raise RowRefused("negative-price", "unit_price", str(price / 10_000))


def _digests_of_database(connection: Connection, keys: list[int]) -> dict[int, bytes]:
    digests: dict[int, Any] = {}
    query = select(
        _LINE.c.purchase_id, _LINE.c.sku, _LINE.c.description, _LINE.c.quantity,
        type_coerce(_LINE.c.unit_price, BigInteger),
    ).order_by(_LINE.c.purchase_id, _LINE.c.line_no)  # fmt: skip
    for some in portions(sorted(keys)):
        for key, *content in connection.execute(query.where(_LINE.c.purchase_id.in_(some))):
            digests.setdefault(key, hashlib.sha256()).update(repr(tuple(content)).encode())
    return {key: digest.digest() for key, digest in digests.items()}
