"""Steps that the tests of notices share."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.outbox import Delivery, relay_once
from app.notifications.notices import make_notices
from models.org import Employee
from models.outbox import Notice, OutboxMessage


@dataclass
class Post:
    """What the relay delivers, and what arrives."""

    session: Session
    folder: Path

    def deliver(self) -> int:
        """Commit and deliver everything that is due; return how many messages were tried."""
        self.session.commit()
        return sum(iter(relay_once, 0))

    def tell(self, employees: list[Employee], **payload: Any) -> list[Notice]:
        """Make notices for employees and send their mails, without any approval."""
        facts = {
            "record_type": "marketing_plan",
            "record_id": 7,
            "title": "春季促销",
            "actor_name": "王芳",
            **payload,
        }
        message = OutboxMessage(topic="test.told", payload=facts)
        self.session.add(message)
        self.session.flush()
        delivery = Delivery(message.id, "approval.assigned", facts, 1)
        made = make_notices(self.session, delivery, employee_ids=[one.id for one in employees])
        self.deliver()
        return made

    def notices(self) -> list[Notice]:
        """Return every notice, oldest first."""
        return list(self.session.scalars(select(Notice).order_by(Notice.id)))

    def waiting(self) -> list[OutboxMessage]:
        """Return what is not delivered."""
        return list(self.session.scalars(select(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))))

    def mails(self) -> list[EmailMessage]:
        """Return the mails that arrived, oldest notice first."""
        paths = sorted(self.folder.glob("*.eml"), key=lambda path: int(path.stem.rpartition("-")[2]))
        return [message_from_bytes(path.read_bytes(), policy=default) for path in paths]

    def mail_to(self, employee: Employee) -> EmailMessage:
        """Return the one mail of a person."""
        assert employee.user is not None
        (mail,) = [mail for mail in self.mails() if mail["To"] == employee.user.email]
        return mail
