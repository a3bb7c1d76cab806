"""The mail port: a correct message, and two ways out (an SMTP server, or a folder of .eml files).

`YINGCE_MAIL_URL` chooses: `smtp://USER:PASSWORD@HOST:PORT` (STARTTLS when offered), `smtps://…`, or
`file:///FOLDER`, the default, which keeps every message as a file that any mail program opens.
"""

import os
import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from app.core.clock import utc_now
from app.core.i18n import html_lang

_ASCII = SMTP.clone(cte_type="7bit")
"""Bodies are encoded so that every server on the way takes them."""
SMTP_SECONDS = 15.0
"""How long a mail server may keep silent."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailRefused(ValueError):
    """The message cannot be written safely, or would travel with the password in clear."""


class MailPort(Protocol):
    """Where finished messages go."""

    def send(self, message: EmailMessage) -> None:
        """Hand the message over.

        Raises:
            OSError: the folder or the server cannot be reached (smtplib's errors are OSErrors).
            MailRefused: the server would get the password in clear.
        """


def compose(*, sender: str, to: str, subject: str, text: str, key: str, language: str) -> EmailMessage:
    """Return a plain-text message.

    Args:
        sender, to: one address each, `name@host`.
        subject: one line, any script.
        key: makes the Message-ID; the same key gives the same id, so that a repeat is recognised.
        language: portal locale of the text.

    Raises:
        MailRefused: a header holds a line break or another control character, or an address is none.
    """
    for value in (sender, to, subject, key):
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise MailRefused("a mail header must not hold control characters")
    host = _address(sender).domain
    message = EmailMessage(policy=_ASCII)
    message["From"] = _address(sender)
    message["To"] = _address(to)
    message["Subject"] = subject
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = f"<{key}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message["Content-Language"] = html_lang(
        language
    )  # after the content, whose setting drops Content- headers
    return message


def one_line(text: str) -> str:
    """Return a text from a record as it may stand in a subject: control characters become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _address(text: str) -> Address:
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefused("this is not a mail address") from error
    if not address.username or not address.domain:
        raise MailRefused("this is not a mail address")
    return address


class FolderMail:
    """Keeps each message as `<Message-ID>.eml`; a repeat replaces the file instead of adding one."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made with the first message."""
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the file whole or not at all, readable by the portal's account only."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{message['Message-ID'].strip('<>').partition('@')[0]}.eml"
        draft = path.with_suffix(".part")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(bytes(message))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


class SmtpMail:
    """Hands messages to a mail server, one connection per message: there are few."""

    def __init__(self, url: SplitResult) -> None:
        """Take the parsed `smtp://` or `smtps://` address."""
        self._is_tls = url.scheme == "smtps"
        self._host = url.hostname or "localhost"
        self._port = url.port or (465 if self._is_tls else 25)
        self._username = unquote(url.username or "")
        self._password = unquote(url.password or "")

    def send(self, message: EmailMessage) -> None:
        """Send the message; over TLS whenever the server offers it."""
        tls = ssl.create_default_context()
        if self._is_tls:
            with smtplib.SMTP_SSL(self._host, self._port, timeout=SMTP_SECONDS, context=tls) as server:
                self._hand_over(server, message)
            return
        with smtplib.SMTP(self._host, self._port, timeout=SMTP_SECONDS) as server:
            server.ehlo()
            is_safe = server.has_extn("starttls")
            if is_safe:
                server.starttls(context=tls)
                server.ehlo()
            if self._username and not is_safe and self._host not in _LOOPBACK:
                raise MailRefused(f"{self._host} offers no TLS, so the password is not sent: use smtps://")
            self._hand_over(server, message)

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        if self._username:
            server.login(self._username, self._password)
        server.send_message(message)


def mail_port(url: str) -> MailPort:
    """Return the port of a mail URL.

    Raises:
        ValueError: neither smtp, smtps nor file.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderMail(Path(unquote(parts.path)))
    if parts.scheme in {"smtp", "smtps"}:
        return SmtpMail(parts)
    message = f"no mail goes by {parts.scheme}://"
    raise ValueError(message)
