"""Remarks on records, with the people they name (R016, R106)."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.i18n import lazy_gettext as _l
from models.base import FabModel, Row, SoftDeleted, label
from models.users import PortalUser


class Comment(Row, SoftDeleted, FabModel):
    """A remark on a record; who may see the record may see it. Its author may take it back."""

    __tablename__ = "record_comment"
    __table_args__ = (
        CheckConstraint("body <> ''", name="body"),
        Index("ix_record_comment_record", "record_type", "record_id", "id"),
    )

    record_type: Mapped[str] = mapped_column(String(40), info=label(_l("Record type")))
    record_id: Mapped[int] = mapped_column(Integer, info=label(_l("Record")))
    author_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="RESTRICT"), index=True, info=label(_l("Author"))
    )
    body: Mapped[str] = mapped_column(Text, info=label(_l("Comment"), multiline=True))

    author: Mapped[PortalUser] = relationship(foreign_keys=[author_id], lazy="joined")
    mentions: Mapped[list["CommentMention"]] = relationship(
        back_populates="comment", lazy="selectin", cascade="all, delete-orphan"
    )

    def __str__(self) -> str:
        return self.body[:60]


class CommentMention(FabModel):
    """An account named in a comment; it was told."""

    __tablename__ = "comment_mention"
    __allow_unmapped__ = True

    comment_id: Mapped[int] = mapped_column(
        ForeignKey("record_comment.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    comment: Mapped[Comment] = relationship(back_populates="mentions")
    user: Mapped[PortalUser] = relationship(lazy="joined")
