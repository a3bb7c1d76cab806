"""One-time keys of forms and commands: the second sending of the same form finds the first one's result."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.core.types import Instant
from models.base import FabModel


class UsedKey(FabModel):
    """A key that was used by an account, and the record that it made."""

    __tablename__ = "used_key"
    __allow_unmapped__ = True

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    record_type: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now, index=True)
