"""What a record gains when it can be approved: a status, a revision and the proof of what was approved."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l
from app.core.types import Instant
from models.base import label


class ApprovalStatus(LabelEnum):
    """The life of an approvable record; only `app.approvals` moves it between draft and in force."""

    DRAFT = "draft", _l("Draft"), "grey"
    IN_REVIEW = "in_review", _l("In review"), "blue"
    RETURNED = "returned", _l("Returned"), "orange"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "grey"
    REJECTED = "rejected", _l("Rejected"), "red"
    IN_FORCE = "in_force", _l("In force"), "green"
    CLOSED = "closed", _l("Closed"), "grey"
    SUPERSEDED = "superseded", _l("Superseded"), "grey"


EDITABLE = frozenset(
    {ApprovalStatus.DRAFT.value, ApprovalStatus.RETURNED.value, ApprovalStatus.WITHDRAWN.value}
)
"""States in which the owner may change the record; in all others it is locked."""

STATUS_IN_LIST = (
    "status IS NOT NULL AND status IN ('draft', 'in_review', 'returned', 'withdrawn', 'rejected', "
    "'in_force', 'closed', 'superseded')"
)
APPROVED_NEEDS_PROOF = "status NOT IN ('in_force', 'closed', 'superseded') OR (approved_at IS NOT NULL AND approved_sha256 IS NOT NULL)"


class Approvable:
    """A record that goes through approval as one document together with its lines.

    `__document_lines__` names the relationships whose rows belong to the document: they are part of
    the snapshot that an approver sees, and they are frozen while it is in review.
    """

    __document_lines__: ClassVar[tuple[str, ...]] = ()
    __document_columns__: ClassVar[tuple[str, ...]] = ()
    """Columns that make up the approved content; stamps and counters are not content."""

    status: Mapped[str] = mapped_column(
        String(16), default=ApprovalStatus.DRAFT.value, info=label(_l("Status"), choices=ApprovalStatus)
    )
    revision: Mapped[int] = mapped_column(Integer, default=1, info=label(_l("Revision")))
    submitted_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Submitted at")))
    approved_at: Mapped[datetime | None] = mapped_column(Instant, info=label(_l("Approved at")))
    approved_sha256: Mapped[str | None] = mapped_column(
        String(64), info=label(_l("Digest of the approved content"))
    )

    @property
    def is_locked(self) -> bool:
        """Whether nobody may change the content now."""
        return self.status not in EDITABLE
