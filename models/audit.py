"""The audit trail: one global, append-only, hash-chained log of everything that happened (R015).

Columns are written once by `app.audit.chain` as the last statement of the business transaction;
triggers on both databases refuse every update and delete.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.i18n import lazy_gettext as _l
from app.core.types import Instant, JsonDict
from models.base import FabModel, label


class AuditEvent(FabModel):
    """One link of the chain; `seq` has no gaps, `hash` covers the body and the previous hash.

    No foreign keys on purpose: the log outlives what it speaks of.
    """

    __tablename__ = "audit_event"
    __allow_unmapped__ = True
    __table_args__ = (
        CheckConstraint("seq >= 1", name="seq"),
        Index("ix_audit_event_record", "record_type", "record_id", "seq"),
        Index("ix_audit_event_user", "user_id", "seq"),
        Index("ix_audit_event_action", "action", "seq"),
    )

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=False,
        info=label(_l("Entry")),
    )
    at: Mapped[datetime] = mapped_column(Instant, info=label(_l("Time")))
    user_id: Mapped[int | None] = mapped_column(Integer, info=label(_l("Account")))
    actor_name: Mapped[str] = mapped_column(String(120), info=label(_l("Actor")))
    acting_for: Mapped[str | None] = mapped_column(String(120), info=label(_l("On behalf of")))
    session_id: Mapped[str | None] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(String(64), info=label(_l("Address")))
    request_id: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(60), info=label(_l("Action")))
    record_type: Mapped[str | None] = mapped_column(String(40), info=label(_l("Record type")))
    record_id: Mapped[str | None] = mapped_column(String(64), info=label(_l("Record")))
    record_version: Mapped[int | None] = mapped_column(Integer)
    changes: Mapped[dict[str, Any]] = mapped_column(JsonDict, info=label(_l("Changes")))
    reason: Mapped[str | None] = mapped_column(Text, info=label(_l("Reason")))
    algorithm: Mapped[str] = mapped_column(String(10))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True, info=label(_l("Hash")))
