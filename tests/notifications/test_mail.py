"""Messages that every mail program reads, and that nobody can smuggle a header into."""

import base64
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import quote

import pytest

from app.core.clock import frozen_at
from app.notifications.mail import FolderMail, MailRefused, SmtpMail, compose, mail_port, one_line

TITLE = "等待您的审批：2027年第二季度华东地区春季促销推广与渠道合作伙伴联合营销计划（第三次修订稿）"


def letter(**changes: str) -> EmailMessage:
    values = {
        "sender": "yingce@example.com",
        "to": "li.wei@example.com",
        "subject": TITLE,
        "text": "“春季促销” 等待您的审批。\n\nhttp://localhost:8080/go/plan/7\n",
        "key": "notice-5",
        "language": "zh",
    }
    return compose(**{**values, **changes})


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_message_is_read_back_as_it_was_written() -> None:
    with frozen_at(datetime(2027, 3, 1, 2, 30, tzinfo=UTC)):
        raw = bytes(letter())
    assert raw.isascii(), "any server on the way takes it"
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0
    message = parsed(raw)
    assert message["Subject"] == TITLE
    assert message["From"] == "yingce@example.com"
    assert message["To"] == "li.wei@example.com"
    assert message["Date"] == "Mon, 01 Mar 2027 02:30:00 +0000"
    assert message["Message-ID"] == "<notice-5@example.com>"
    assert message["Content-Language"] == "zh-CN"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert (
        message.get_content().replace("\r\n", "\n")
        == "“春季促销” 等待您的审批。\n\nhttp://localhost:8080/go/plan/7\n"
    )
    assert not message.defects


@pytest.mark.parametrize("length", range(1, 60))
def test_subjects_of_every_length_survive(length: int) -> None:
    subject = "审批 plan 2027 " * 8
    assert parsed(bytes(letter(subject=subject[:length].strip())))["Subject"] == subject[:length].strip()


@pytest.mark.parametrize("field", ["sender", "to", "subject", "key"])
@pytest.mark.parametrize(
    "payload", ["a@b.example\r\nBcc: x@evil.example", "a@b.example\nX: y", "a@b.example\r", "\0"]
)
def test_a_line_break_in_a_header_is_refused(field: str, payload: str) -> None:
    with pytest.raises(MailRefused):
        letter(**{field: payload})


@pytest.mark.parametrize(
    "address", ["", "nobody", "two@a.example, three@b.example", "Li <li@a.example>", "@a.example"]
)
def test_what_is_not_one_address_is_refused(address: str) -> None:
    with pytest.raises(MailRefused):
        letter(to=address)


def test_a_title_becomes_one_line() -> None:
    assert one_line("春季\r\nBcc: x@evil.example\t促销\u2028x\0") == "春季 Bcc: x@evil.example 促销 x"


def test_a_folder_keeps_each_message_once(tmp_path: Path) -> None:
    folder = tmp_path / "邮件 folder" / "mail"
    port = mail_port(f"file://{quote(str(folder))}")
    assert isinstance(port, FolderMail)
    port.send(letter())
    port.send(letter())
    port.send(letter(key="notice-6"))
    assert sorted(path.name for path in folder.iterdir()) == ["notice-5.eml", "notice-6.eml"]
    assert parsed((folder / "notice-5.eml").read_bytes())["Subject"] == TITLE
    assert (folder / "notice-5.eml").stat().st_mode & 0o077 == 0


def test_other_ways_are_refused() -> None:
    with pytest.raises(ValueError, match="ftp"):
        mail_port("ftp://example.com/")


class Server(threading.Thread):
    """A mail server that speaks just enough SMTP for one message."""

    def __init__(self, *, offers_login: bool) -> None:
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._greeting = b"250-here\r\n250 AUTH PLAIN\r\n" if offers_login else b"250 here\r\n"
        self.commands: list[str] = []
        self.data = b""

    def run(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 ready\r\n")
            for line in lines:
                command = line.decode().strip()
                self.commands.append(command)
                if command.lower().startswith("ehlo"):
                    connection.sendall(self._greeting)
                elif command.upper() == "DATA":
                    connection.sendall(b"354 go\r\n")
                    self.data = b"".join(iter(lines.readline, b".\r\n"))
                    connection.sendall(b"250 taken\r\n")
                elif command.upper() == "QUIT":
                    connection.sendall(b"221 bye\r\n")
                    break
                else:
                    connection.sendall(b"235 ok\r\n" if command.startswith("AUTH") else b"250 ok\r\n")

    def close(self) -> None:
        self._listener.close()
        self.join(5)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(offers_login=True)
    running.start()
    yield running
    running.close()


def test_a_server_gets_the_message_and_the_log_in(server: Server) -> None:
    mail_port(f"smtp://portal%40example.com:p%3Aw@127.0.0.1:{server.port}").send(letter())
    server.join(5)
    assert "mail FROM:<yingce@example.com>" in [command.split(" size=")[0] for command in server.commands]
    assert "rcpt TO:<li.wei@example.com>" in server.commands
    assert parsed(server.data)["Subject"] == TITLE
    log_in = next(command for command in server.commands if command.startswith("AUTH PLAIN"))
    assert base64.b64decode(log_in.split()[2]) == b"\0portal@example.com\0p:w"


def test_a_password_is_not_sent_in_clear_to_another_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = mail_port(f"smtp://portal:secret@127.0.0.1:{server.port}")
    assert isinstance(port, SmtpMail)
    monkeypatch.setattr("app.notifications.mail._LOOPBACK", ())
    with pytest.raises(MailRefused, match="TLS"):
        port.send(letter())
    server.join(5)
    assert not any(command.startswith(("AUTH", "mail")) for command in server.commands)


def test_a_server_that_is_away_is_an_os_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        mail_port(f"smtp://127.0.0.1:{port}").send(letter())
