"""Import batches: which file was read, what became of its rows, and what an undo has to remove (R106, R109)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.types import Instant, JsonDict
from models.base import FabModel, Row, in_list, label, partial_index
from models.sources import CustomerSource


class ImportKind(LabelEnum):
    """What a file holds."""

    CUSTOMERS = "customers", _l("Customers")
    PURCHASES = "purchases", _l("Purchases")


class ImportStatus(LabelEnum):
    """A batch is tried, then posted as a whole or not at all, and can be undone."""

    DRY_RUN = "dry_run", _l("Dry run"), "grey"
    POSTED = "posted", _l("Posted"), "green"
    UNDONE = "undone", _l("Undone"), "orange"


class ImportBatch(Row, FabModel):
    """One reading of one file; every row that it stored carries its key, so that it can be undone.

    Of one file only one batch of a kind is posted at a time. Each row read was stored, left as it
    was, or refused; `problems` lists the refused ones with line, column and cure.
    """

    __tablename__ = "import_batch"
    __search__ = ("file_name",)
    __title__ = "file_name"
    __table_args__ = (
        CheckConstraint(in_list("kind", ImportKind), name="kind"),
        CheckConstraint(in_list("status", ImportStatus), name="status"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint(
            "stored_rows >= 0 AND unchanged_rows >= 0 AND refused_rows >= 0"
            " AND stored_rows + unchanged_rows + refused_rows = read_rows",
            name="rows",
        ),
        CheckConstraint(
            "(status = 'dry_run' AND posted_at IS NULL AND undone_at IS NULL)"
            " OR (status = 'posted' AND posted_at IS NOT NULL AND undone_at IS NULL)"
            " OR (status = 'undone' AND posted_at IS NOT NULL AND undone_at IS NOT NULL AND undone_at >= posted_at)",
            name="times_of_status",
        ),
        partial_index("uq_import_batch_posted", "kind", "sha256", where="status = 'posted'", unique=True),
        Index("ix_import_batch_sha256", "sha256"),
    )

    kind: Mapped[str] = mapped_column(String(12), info=label(_l("Kind"), choices=ImportKind))
    source_id: Mapped[int] = mapped_column(
        ForeignKey("customer_source.id", ondelete="RESTRICT"), index=True, info=label(_l("Source"))
    )
    file_name: Mapped[str] = mapped_column(String(200), info=label(_l("File name")))
    sha256: Mapped[str] = mapped_column(String(64), info=label(_l("Digest of the file")))
    status: Mapped[str] = mapped_column(
        String(8), default=ImportStatus.DRY_RUN.value, info=label(_l("Status"), choices=ImportStatus)
    )
    read_rows: Mapped[int] = mapped_column(Integer, default=0, info=label(_l("Rows read"), counter=True))
    stored_rows: Mapped[int] = mapped_column(Integer, default=0, info=label(_l("Rows stored"), counter=True))
    unchanged_rows: Mapped[int] = mapped_column(
        Integer, default=0, info=label(_l("Rows already there"), counter=True)
    )
    refused_rows: Mapped[int] = mapped_column(
        Integer, default=0, info=label(_l("Rows refused"), counter=True)
    )
    mapping: Mapped[dict[str, Any]] = mapped_column(JsonDict, default=dict, info=label(_l("Column mapping")))
    problems: Mapped[list[dict[str, Any]]] = mapped_column(
        JsonDict, default=list, info=label(_l("Refused rows"))
    )
    posted_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Posted at")))
    undone_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Undone at")))

    source: Mapped[CustomerSource] = relationship(lazy="select")

    def __str__(self) -> str:
        return f"{self.file_name} ({self.created_at:%Y-%m-%d})"
