"""Imports customers with their contact ways; one row of the file is one customer."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app.core.clock import today
from app.core.errors import RuleViolation
from app.core.i18n import lazy_gettext as _l
from app.imports.bulk import BulkInsert, RowDigest, portions, table_of
from app.imports.mapping import Field, choice, day, number_text, text
from app.imports.matching import CUSTOMER, IN_BIN, CustomerMaker, NewCustomer, customers_by_number
from app.imports.order import ImportOrder, Progress, Stored
from app.imports.problems import Problems, RowRefused
from app.imports.spool import Spool
from app.services.customers import identity_hash, normal_form
from models.customers import CustomerIdentity, CustomerKind, IdentityKind
from models.grades import Grade

_KINDS = {"person": "person", "个人": "person", "個人": "person", "company": "company", "企业": "company",
          "公司": "company", "企業": "company"}  # fmt: skip
_GENDERS = {"female": "female", "f": "female", "女": "female", "male": "male", "m": "male", "男": "male",
            "other": "other", "其他": "other"}  # fmt: skip
CONTACTS = tuple(kind.value for kind in IdentityKind)

FIELDS = (
    Field("source_customer_no", _l("Number at the source"), number_text(60), False,
          ("customer_no", "customer_id", "member_no", "no", "客户号", "客户编号", "会员号", "会员编号", "客戶編號", "會員編號")),
    Field("name", _l("Name"), text(120), True,
          ("customer_name", "customer", "姓名", "名称", "客户名称", "客户姓名", "客户", "名稱", "客戶名稱")),
    Field("kind", _l("Kind"), choice(_KINDS), False, ("type", "customer_type", "类型", "客户类型", "類型")),
    Field("gender", _l("Gender"), choice(_GENDERS), False, ("sex", "性别", "性別")),
    Field("birthday", _l("Birthday"), day, False, ("birth_date", "date_of_birth", "生日", "出生日期")),
    Field("grade", _l("Grade"), choice({grade.value.lower(): grade.value for grade in Grade}), False,
          ("等级", "客户等级", "等級")),
    Field("country", _l("Country"), text(60), False, ("国家", "國家")),
    Field("city", _l("City"), text(60), False, ("城市",)),
    Field("address", _l("Address"), text(200), False, ("street", "地址", "住址")),
    Field("mobile", _l("Mobile number"), number_text(40), False,
          ("phone", "telephone", "手机", "手机号", "电话", "联系电话", "手機", "電話")),
    Field("email", _l("E-mail"), text(120), False, ("mail", "e_mail_address", "邮箱", "电子邮箱", "電子郵件")),
    Field("wechat", _l("WeChat"), text(40), False, ("wechat_id", "微信", "微信号", "微信號")),
    Field("card", _l("Member card"), number_text(60), False, ("member_card", "会员卡", "会员卡号", "會員卡號")),
    Field("note", _l("Note"), text(2000), False, ("remark", "remarks", "备注", "備註")),
)  # fmt: skip

_IDENTITY = table_of(CustomerIdentity)
_COMPARED = ("name", "kind", "gender", "birthday", "grade", "country", "city", "address", "note")
_Row = dict[str, Any]


class CustomerImport:
    """One reading of a file of customers; see `app.imports.registry.Import`."""

    def __init__(self, order: ImportOrder, problems: Problems, spool: Spool) -> None:
        self._order = order
        self._problems = problems
        self._spool = spool
        self._today = today()
        self._first_lines: dict[str, int] = {}

    def take(self, line: int, values: _Row) -> None:
        """Check a row and keep it.

        Raises:
            RowRefused: it cannot be stored.
        """
        _check_person(values, self._today)
        contacts = [(kind, _normal(kind, values[kind])) for kind in CONTACTS if values[kind] is not None]
        self._check_is_first(line, values, contacts)
        row = {name: value for name, value in values.items() if value is not None and name not in CONTACTS}
        if "birthday" in row:
            row["birthday"] = row["birthday"].isoformat()
        self._spool.append([line, row, contacts])

    def _check_is_first(self, line: int, values: _Row, contacts: list[tuple[str, str]]) -> None:
        keys = [identity_hash(kind, normal) for kind, normal in contacts]
        if values["source_customer_no"] is not None:
            keys.append(f"no {values['source_customer_no']}")
        if not keys:
            raise RowRefused("not-recognisable")
        for key in keys:
            if key in self._first_lines:
                raise RowRefused("twice", detail=self._first_lines[key])
        self._first_lines.update(dict.fromkeys(keys, line))

    def refused(self, line: int, values: _Row) -> None:
        """Hear that a row was refused; each row stands for itself."""

    def store(self, session: Session, batch_id: int, progress: Progress) -> Stored:
        """Store what was kept, in the session's transaction."""
        connection = session.connection()
        digest = RowDigest()
        maker = CustomerMaker(session, self._order, batch_id, digest)
        contacts = BulkInsert(
            connection,
            CustomerIdentity,
            ("customer_id", "kind", "value", "value_hash"),
            {"import_batch_id": batch_id},
        )
        stored = Stored()
        done = 0
        for chunk in self._spool.chunks():
            for some in portions(chunk):
                new = self._new_rows(connection, some, stored)
                self._store_rows(maker, contacts, digest, new)
                stored.rows += len(new)
            done += len(chunk)
            progress(done, self._spool.count)
        maker.tell(stored)
        stored.created["customer_identity"] = contacts.count
        stored.digest = digest.text()
        return stored

    def _store_rows(
        self, maker: CustomerMaker, insert: BulkInsert, digest: RowDigest, new: list[Any]
    ) -> None:
        made = maker.make([_new_customer(row, has_identity=bool(contacts)) for _line, row, contacts in new])
        rows = [
            (key, kind, normal, identity_hash(kind, normal))
            for key, (_line, _values, contacts) in zip(made, new, strict=True)
            for kind, normal in contacts
        ]
        insert.store(rows)
        for _key, kind, normal, _hash in rows:
            digest.add("customer_identity", (kind, normal))

    def _new_rows(self, connection: Connection, some: Sequence[Any], stored: Stored) -> list[Any]:
        """Return the rows whose customers are to be made; count the unchanged, note the refused."""
        numbers = {row["source_customer_no"] for _line, row, _contacts in some if "source_customer_no" in row}
        known = customers_by_number(connection, self._order.source_id, numbers)
        owners = _owners(
            connection, [identity_hash(*contact) for _line, _row, pairs in some for contact in pairs]
        )
        there = _stored_values(connection, {*known.values(), *owners.values()})
        new = []
        for line, row, contacts in some:
            try:
                if _is_stored(row, contacts, known, owners, there):
                    stored.unchanged += 1
                else:
                    new.append((line, row, contacts))
            except RowRefused as refusal:
                self._problems.add(line, refusal)
        return new


def _check_person(values: _Row, now: date) -> None:
    if values["kind"] == CustomerKind.COMPANY.value:
        for name in ("gender", "birthday"):
            if values[name] is not None:
                raise RowRefused("company-person", name, str(values[name]))
    birthday: date | None = values["birthday"]
    if birthday is not None and birthday > now:
        raise RowRefused("to-come", "birthday", str(birthday))


def _normal(kind: str, value: str) -> str:
    try:
        return normal_form(kind, value)
    except RuleViolation as refusal:
        raise RowRefused("bad-contact", kind, value) from refusal


def _new_customer(row: _Row, *, has_identity: bool) -> NewCustomer:
    values = dict(row)
    if "birthday" in values:
        values["birthday"] = date.fromisoformat(values["birthday"])
    return NewCustomer(**values, has_identity=has_identity)


def _owners(connection: Connection, hashes: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in portions(hashes):
        query = select(_IDENTITY.c.value_hash, _IDENTITY.c.customer_id).where(
            _IDENTITY.c.value_hash.in_(some)
        )
        found.update((digest, key) for digest, key in connection.execute(query))
    return found


def _stored_values(connection: Connection, keys: set[int]) -> dict[int, _Row]:
    found: dict[int, _Row] = {}
    for some in portions(sorted(keys)):
        query = select(CUSTOMER.c.id, CUSTOMER.c.deleted_at, *(CUSTOMER.c[name] for name in _COMPARED))
        for row in connection.execute(query.where(CUSTOMER.c.id.in_(some))).mappings():
            found[row["id"]] = dict(row)
    return found


def _is_stored(
    row: _Row, contacts: list[Any], known: dict[str, int], owners: dict[str, int], there: dict[int, _Row]
) -> bool:
    """Whether the customer is stored already, just so.

    Raises:
        RowRefused: he is stored with other values, lies in the bin, or a contact way is another's.
    """
    number = row.get("source_customer_no")
    key = known.get(number) if number is not None else None
    taken = {
        kind: owners[found] for kind, normal in contacts if (found := identity_hash(kind, normal)) in owners
    }
    if key is None and number is None and taken:
        key = next(iter(taken.values()))
    if key is None:
        if taken:
            raise RowRefused("identity-taken", next(iter(taken)))
        return False
    _check_is_same(row, contacts, taken, key, there.get(key))
    return True


def _check_is_same(
    row: _Row, contacts: list[Any], taken: dict[str, int], key: int, stored: _Row | None
) -> None:
    """Refuse a row whose customer is stored, but not just so."""
    if key == IN_BIN or stored is None or stored["deleted_at"] is not None:
        raise RowRefused("customer-in-bin", "source_customer_no", row.get("source_customer_no", ""))
    for kind, normal in contacts:
        if taken.get(kind) != key:
            raise RowRefused("identity-taken" if kind in taken else "customer-differs", kind, normal, kind)
    values = {**row, "birthday": date.fromisoformat(row["birthday"])} if "birthday" in row else row
    for name in _COMPARED:
        if name in values and values[name] != stored[name]:
            raise RowRefused("customer-differs", name, str(values[name]), name)
