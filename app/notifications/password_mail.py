"""The mail with the link of a forgotten password; the link is made when it is sent, so that no table holds it."""

from flask import current_app
from flask_babel import force_locale

from app.core.db import db
from app.core.i18n import gettext as _
from app.jobs.outbox import Delivery
from app.notifications.mail import compose, mail_port
from app.services.password_reset import token_of
from models.users import PortalUser


def send_reset_mail(delivery: Delivery) -> None:
    """Send the link in its receiver's language; a repeat has the same Message-ID.

    Raises:
        OSError: the mail server or the folder cannot be reached; the relay tries again.
    """
    session = db.session()
    user = session.get(PortalUser, delivery.payload["user_id"])
    if user is None or not user.active or not user.email:
        return
    settings = current_app.config["YINGCE_SETTINGS"]
    language = user.language or settings.language
    link = f"{settings.public_url.rstrip('/')}/password/reset/{token_of(user)}"
    with force_locale(language):
        message = compose(
            sender=settings.mail_from,
            to=user.email,
            subject=_("Yingce: choose a new password"),
            text=_letter(str(user.username), link),
            key=f"password-reset-{delivery.id}",
            language=language,
        )
    session.rollback()  # the reading transaction ends before a slow server is asked
    mail_port(settings.mail_url).send(message)


def _letter(username: str, link: str) -> str:
    paragraphs = (
        _(
            "Somebody asked for a new password for the account %(name)s. Choose it here, within 30 minutes:",
            name=username,
        ),
        link,
        _("If it was not you, ignore this message: your password stays as it is."),
        _("This message was sent by Yingce; please do not answer it."),
    )
    return "\n\n".join(paragraphs) + "\n"
