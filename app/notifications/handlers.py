"""Who is told what: approval events become notices, and each notice becomes one e-mail.

The mail carries neither the comment nor any figure of the
record: whoever follows the link proves by the log-in that they may read them.
"""

from dataclasses import replace

from flask import current_app
from flask_babel import force_locale

from app.core.db import db
from app.core.i18n import gettext as _
from app.jobs.outbox import HANDLERS, Delivery, handles
from app.notifications.approval_facts import facts_of
from app.notifications.mail import compose, mail_port, one_line
from app.notifications.mail_choice import wants_mail
from app.notifications.notices import make_notices, record_link
from app.notifications.password_mail import send_reset_mail
from app.notifications.texts import TEXTS, body, headline
from app.services.password_reset import TOPIC
from models.outbox import Notice
from models.users import PortalUser


def register_handlers() -> None:
    """Hang the handlers onto the outbox; safe to call twice."""
    if all(handler.function is not notify for handler in HANDLERS):
        handles("approval.*")(notify)
        handles("comment.mentioned")(notify_named)
        handles("notice.made", is_outside=True)(send_mail)
        handles(TOPIC, is_outside=True)(send_reset_mail)


def notify(delivery: Delivery) -> None:
    """Make the notices of an approval event, in the transaction that marks it as delivered."""
    if delivery.topic not in TEXTS:
        return
    session = db.session()
    facts = facts_of(session, delivery)
    payload = {**delivery.payload, "actor_name": facts.actor_name, "comment": facts.comment}
    make_notices(session, replace(delivery, payload=payload), employee_ids=facts.employee_ids)


def notify_named(delivery: Delivery) -> None:
    """Make the notices of a comment that names people, in the transaction that marks it as delivered."""
    make_notices(db.session(), delivery, user_ids=delivery.payload["user_ids"])


def send_mail(delivery: Delivery) -> None:
    """Send a notice by e-mail in its receiver's language, if he wants such mail; a repeat has the same Message-ID.

    Raises:
        OSError: the mail server or the folder cannot be reached; the relay tries again.
    """
    session = db.session()
    notice = session.get(Notice, delivery.payload["notice_id"])
    user = session.get(PortalUser, notice.user_id) if notice is not None else None
    if notice is None or user is None or not user.is_active or not user.email:
        return
    if not wants_mail(user.choices, notice.topic):
        return
    settings = current_app.config["YINGCE_SETTINGS"]
    language = user.language or settings.language
    with force_locale(language):
        message = compose(
            sender=settings.mail_from,
            to=user.email,
            subject=one_line(headline(notice.topic, notice.payload)),
            text=_letter(notice),
            key=f"notice-{notice.id}",
            language=language,
        )
    session.rollback()  # the reading transaction ends before a slow server is asked
    mail_port(settings.mail_url).send(message)


def _letter(notice: Notice) -> str:
    """Return the text of the mail: what happened, where to look, why it was sent."""
    paragraphs = (
        body(notice.topic, notice.payload),
        record_link(notice.payload),
        _("This message was sent by Yingce; please do not answer it."),
    )
    return "\n\n".join(paragraphs) + "\n"
