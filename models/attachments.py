"""Files attached to records, in versions (R016, R106)."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.i18n import lazy_gettext as _l
from models.base import FabModel, Row, SoftDeleted, label
from models.users import PortalUser


class Attachment(Row, SoftDeleted, FabModel):
    """A file that belongs to a record; the content stands in the file store under its digest.

    The same name attached again is the next version; the earlier one stays readable.
    """

    __tablename__ = "attachment"
    __title__ = "file_name"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        CheckConstraint("version_no >= 1", name="version_no"),
        CheckConstraint("file_name <> ''", name="file_name"),
        Index("uq_attachment_version", "record_type", "record_id", "file_name", "version_no", unique=True),
    )

    record_type: Mapped[str] = mapped_column(String(40), info=label(_l("Record type")))
    record_id: Mapped[int] = mapped_column(Integer, info=label(_l("Record")))
    file_name: Mapped[str] = mapped_column(String(200), info=label(_l("File name")))
    version_no: Mapped[int] = mapped_column(Integer, default=1, info=label(_l("Version")))
    media_type: Mapped[str] = mapped_column(String(100), info=label(_l("File type")))
    size_bytes: Mapped[int] = mapped_column(Integer, info=label(_l("Size")))
    sha256: Mapped[str] = mapped_column(String(64), index=True, info=label(_l("Digest of the file")))
    uploaded_by_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="RESTRICT"), index=True, info=label(_l("Attached by"))
    )

    uploaded_by: Mapped[PortalUser] = relationship(foreign_keys=[uploaded_by_id], lazy="joined")

    def __str__(self) -> str:
        return self.file_name
