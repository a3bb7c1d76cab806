"""Rules of customers, their identities, needs and consents (R106-R109)."""

import hashlib
import re
import unicodedata
from typing import Any

from sqlalchemy import func, select

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import db
from app.core.errors import RuleViolation, WrongState
from app.core.i18n import lazy_gettext as _l
from app.services import crud
from app.services.checks import before_flush, check, find, former, in_order, is_filled, need, prepare
from models.customers import (
    Consent,
    Customer,
    CustomerIdentity,
    CustomerKind,
    CustomerNeed,
    CustomerStatus,
    IdentityKind,
)

POINTS = {
    "name": 15,
    "gender": 10,
    "birthday": 10,
    "place": 10,
    "city": 5,
    "address": 5,
    "source_customer_no": 5,
    "identity": 20,
    "need": 10,
    "consent": 10,
}
"""What each part of the card counts; gender and birthday count for persons only (R108)."""

_MOBILE = re.compile(r"\+[1-9]\d{6,14}")
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_WECHAT = re.compile(r"[a-z][a-z0-9_-]{5,19}")
_CARD = re.compile(r"[0-9A-Z][0-9A-Z-]{2,39}")


def completeness(customer: Any, *, has_identity: bool, has_need: bool, has_consent: bool) -> int:
    """Return how much of a customer's card is filled, in whole percent from 0 to 100 (R108).

    Args:
        customer: a `Customer` or anything with its basic columns.
    """
    filled = {
        "name": is_filled(customer.name),
        "gender": customer.gender is not None,
        "birthday": customer.birthday is not None,
        "place": customer.region_id is not None or is_filled(customer.country),
        "city": is_filled(customer.city),
        "address": is_filled(customer.address),
        "source_customer_no": is_filled(customer.source_customer_no),
        "identity": has_identity,
        "need": has_need,
        "consent": has_consent,
    }
    if customer.kind == CustomerKind.COMPANY.value:
        del filled["gender"], filled["birthday"]
    reachable = sum(POINTS[name] for name in filled)
    return sum(POINTS[name] for name, is_there in filled.items() if is_there) * 100 // reachable


@before_flush
def create(actor: Actor, *, record: Customer) -> None:
    """Store a new customer.

    Raises:
        RuleViolation: as for `update`.
    """
    prepare(record)
    _check_customer(record)
    record.completeness = completeness(record, has_identity=False, has_need=False, has_consent=False)
    crud.create(actor, record=record)


@before_flush
def update(_actor: Actor, *, record: Customer) -> None:
    """Change a customer and take its completeness anew.

    Raises:
        WrongState: the customer was erased or merged into another.
        RuleViolation: no name, a company with a gender or birthday, a birthday to come.
    """
    check_is_active(record)
    prepare(record)
    _check_customer(record)
    _rescore(record)


def check_is_active(customer: Customer) -> None:
    """Refuse changes of a record that no longer stands for itself.

    Raises:
        WrongState: the customer was erased or merged into another.
    """
    if customer.status not in (None, CustomerStatus.ACTIVE.value):
        raise WrongState(
            "customer-closed",
            _l("This customer was erased or merged into another; the record stays as it is."),
        )


def _check_customer(customer: Customer) -> None:
    check(is_filled(customer.name), "name-needed", _l("Give the customer's name."), field="name")
    is_company = customer.kind == CustomerKind.COMPANY.value
    for name, message in (
        ("gender", _l("A company has no gender; leave it empty.")),
        ("birthday", _l("A company has no birthday; leave it empty.")),
    ):
        check(
            not (is_company and getattr(customer, name) is not None),
            "company-is-no-person",
            message,
            field=name,
        )
    check(
        in_order(customer.birthday, today()),
        "birthday-to-come",
        _l("The birthday must not lie in the future."),
        field="birthday",
    )
    check(not _is_number_taken(customer), "number-taken", _l("Another customer of this source has this number."),
          field="source_customer_no")  # fmt: skip


def _is_number_taken(customer: Customer) -> bool:
    if not customer.source_customer_no:
        return False
    session = db.session()
    other = session.scalar(
        select(Customer.id).where(
            Customer.source_id == customer.source_id,
            Customer.source_customer_no == customer.source_customer_no,
            Customer.id != (customer.id or 0),
        )
    )
    return other is not None


def _rescore(customer: Customer, *, added: Any = None, removed: Any = None) -> None:
    """Take the completeness anew, as it will be once `added` is stored or `removed` is gone."""
    session = db.session()

    def has(model: type[Any]) -> bool:
        query = select(func.count()).where(model.customer_id == customer.id)
        if isinstance(removed, model):
            query = query.where(model.id != removed.id)
        return isinstance(added, model) or bool(session.scalar(query))

    customer.completeness = completeness(
        customer, has_identity=has(CustomerIdentity), has_need=has(CustomerNeed), has_consent=has(Consent)
    )


def normal_form(kind: str, value: str) -> str:
    """Return an identity in its one normal form (R108).

    A mobile number becomes `+8613800138000` (without a country code: China), an e-mail address and a
    WeChat name lower case, a card number upper case without blanks; full-width characters become plain.

    Raises:
        RuleViolation: the value cannot be one of this kind; the sentence says how it should look.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    pattern, shaped, message = {
        IdentityKind.MOBILE.value: (
            _MOBILE,
            _mobile,
            _l("Give a mobile number such as 138 0013 8000 or +44 7700 900123."),
        ),
        IdentityKind.EMAIL.value: (_EMAIL, str.lower, _l("Give an e-mail address such as name@example.com.")),
        IdentityKind.WECHAT.value: (
            _WECHAT,
            str.lower,
            _l("A WeChat name has 6 to 20 letters, digits, - or _ and begins with a letter."),
        ),
        IdentityKind.CARD.value: (
            _CARD,
            _card,
            _l("A card number has 3 to 40 digits, capital letters or -."),
        ),
    }[kind]
    normal = shaped(text)
    check(pattern.fullmatch(normal) is not None and len(normal) <= 120, f"bad-{kind}", message, field="value")
    return normal


def _mobile(text: str) -> str:
    digits = re.sub(r"[\s().-]", "", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return f"+86{digits}" if _CHINESE_MOBILE.fullmatch(digits) else digits


def _card(text: str) -> str:
    return re.sub(r"\s", "", text).upper()


def identity_hash(kind: str, normal: str) -> str:
    """Return the digest of kind and normal form by which an identity is unique, 64 hexadecimal digits."""
    return hashlib.sha256(f"{kind}\x00{normal}".encode()).hexdigest()


@before_flush
def save_identity(actor: Actor, *, record: CustomerIdentity) -> None:
    """Store or change an identity in its normal form.

    Raises:
        RuleViolation: the value is malformed or belongs to a customer already; the sentence does not
            say to whom, because the actor may not know that customer.
    """
    prepare(record)
    customer = _customer_of(record)
    record.value = normal_form(record.kind, record.value)
    record.value_hash = identity_hash(record.kind, record.value)
    if former(record, "value") != record.value or former(record, "kind") != record.kind:
        record.verified_at = None
    session = db.session()
    twin = session.scalar(
        select(CustomerIdentity.id).where(
            CustomerIdentity.kind == record.kind,
            CustomerIdentity.value_hash == record.value_hash,
            CustomerIdentity.id != (record.id or 0),
        )
    )
    check(
        twin is None,
        "identity-taken",
        _l("This value belongs to a customer already. Look for duplicates before adding it."),
        field="value",
    )
    _store(actor, customer, record)


@before_flush
def save_need(actor: Actor, *, record: CustomerNeed) -> None:
    """Store or change a need or a feedback.

    Raises:
        RuleViolation: it was said in the future, or the satisfaction is not 1 to 5.
    """
    prepare(record)
    customer = _customer_of(record)
    check(
        is_filled(record.content), "content-needed", _l("Write down what the customer said."), field="content"
    )
    check(
        in_order(record.stated_on, today()),
        "day-to-come",
        _l("The day must not lie in the future."),
        field="stated_on",
    )
    check(
        record.satisfaction is None or 1 <= record.satisfaction <= 5,
        "bad-satisfaction",
        _l("The satisfaction lies between 1 and 5."),
        field="satisfaction",
    )
    _store(actor, customer, record)


@before_flush
def save_consent(actor: Actor, *, record: Consent) -> None:
    """Store or change a consent.

    Raises:
        RuleViolation: one for this purpose is open already, or it was withdrawn before it was given.
    """
    prepare(record)
    customer = _customer_of(record)
    check(
        is_filled(record.evidence),
        "evidence-needed",
        _l("Say how and where the customer agreed."),
        field="evidence",
    )
    check(
        in_order(record.given_at, record.withdrawn_at),
        "dates-reversed",
        _l("A consent cannot be withdrawn before it was given."),
        field="withdrawn_at",
    )
    session = db.session()
    twin = session.scalar(
        select(Consent.id).where(
            Consent.customer_id == customer.id,
            Consent.purpose == record.purpose,
            Consent.withdrawn_at.is_(None),
            Consent.id != (record.id or 0),
        )
    )
    check(
        twin is None or record.withdrawn_at is not None,
        "consent-open",
        _l("The customer has an open consent for this purpose already."),
        field="purpose",
    )
    _store(actor, customer, record)


@before_flush
def delete_line(actor: Actor, *, record: CustomerIdentity | CustomerNeed | Consent) -> None:
    """Delete an identity or a need and take the customer's completeness anew.

    Raises:
        RuleViolation: it is a consent, which is evidence: it is withdrawn, never deleted.
    """
    if isinstance(record, Consent):
        raise RuleViolation("consent-stays", _l("A consent is never deleted; enter when it was withdrawn."))
    customer = find(Customer, record.customer_id)
    crud.delete(actor, record=record)
    if customer is not None:
        _rescore(customer, removed=record)


def _customer_of(line: CustomerIdentity | CustomerNeed | Consent) -> Customer:
    customer = need(
        Customer,
        line.customer_id,
        code="customer-missing",
        message=_l("The customer does not exist."),
        field="customer_id",
    )
    check_is_active(customer)
    return customer


def _store(actor: Actor, customer: Customer, line: Any) -> None:
    if line.id is None:
        crud.create(actor, record=line)
    _rescore(customer, added=line)


crud.register(Customer, create=create, update=update)
crud.register(CustomerIdentity, create=save_identity, update=save_identity, delete=delete_line)
crud.register(CustomerNeed, create=save_need, update=save_need, delete=delete_line)
crud.register(Consent, create=save_consent, update=save_consent, delete=delete_line)
