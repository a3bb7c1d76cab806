"""Facts to be told after the commit, jobs that run in the background, and notices to people."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.types import Instant, JsonDict
from models.base import FabModel, in_list, label


class OutboxMessage(FabModel):
    """An announced fact, stored with the transaction that made it true; delivered at least once."""

    __tablename__ = "outbox_message"
    __allow_unmapped__ = True
    __table_args__ = (
        Index(
            "ix_outbox_message_due",
            "available_at",
            "id",
            sqlite_where=text("delivered_at IS NULL"),
            postgresql_where=text("delivered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    topic: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    available_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str | None] = mapped_column(Text)


class JobStatus(LabelEnum):
    """Where a background job stands."""

    QUEUED = "queued", _l("Queued"), "grey"
    RUNNING = "running", _l("Running"), "blue"
    DONE = "done", _l("Done"), "green"
    FAILED = "failed", _l("Failed"), "red"
    CANCELLED = "cancelled", _l("Cancelled"), "grey"


class Job(FabModel):
    """A long task that somebody asked for: its progress, its result, and whether it shall stop."""

    __tablename__ = "job"
    __allow_unmapped__ = True
    __table_args__ = (
        CheckConstraint(in_list("status", JobStatus), name="status"),
        CheckConstraint("done_units >= 0 AND total_units >= 0", name="units"),
        Index("ix_job_user_id_id", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, info=label(_l("Key")))
    kind: Mapped[str] = mapped_column(String(60), info=label(_l("Task")))
    params: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="RESTRICT"), info=label(_l("Asked by"))
    )
    status: Mapped[str] = mapped_column(
        String(10), default=JobStatus.QUEUED.value, info=label(_l("Status"), choices=JobStatus)
    )
    total_units: Mapped[int] = mapped_column(Integer, default=0, info=label(_l("Total")))
    done_units: Mapped[int] = mapped_column(Integer, default=0, info=label(_l("Done")))
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    result: Mapped[dict[str, Any] | None] = mapped_column(JsonDict)
    error: Mapped[str | None] = mapped_column(Text, info=label(_l("Error")))
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now, info=label(_l("Created at")))
    started_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Started at")))
    finished_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Finished at")))


class Notice(FabModel):
    """Something a person should know, once: made from an outbox message, keyed by it."""

    __tablename__ = "notice"
    __allow_unmapped__ = True
    __table_args__ = (
        Index("uq_notice_message_user", "message_id", "user_id", unique=True),
        Index(
            "ix_notice_unread",
            "user_id",
            "id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    topic: Mapped[str] = mapped_column(String(60), info=label(_l("Subject")))
    payload: Mapped[dict[str, Any]] = mapped_column(JsonDict)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now, info=label(_l("Created at")))
    read_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Read at")))
