"""Reads and checks single values of environment variables, for ``config``; standard library only."""

import contextlib
import difflib
import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "YINGCE_"
SECRET_LENGTH = 32  # shortest accepted secret, in characters
_SWITCHES = {
    "on": True,
    "true": True,
    "yes": True,
    "1": True,
    "off": False,
    "false": False,
    "no": False,
    "0": False,
}
_GUESSABLE = re.compile(r"change.?me|secret|example|default|password|your-|insecure", re.IGNORECASE)
_NEW_KEY = "make one with `python3 -c 'import secrets; print(secrets.token_hex(32))'`"
_DATABASE_FORMS = "sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"


class SettingsError(ValueError):
    """A setting cannot be used; the text is one plain line that says what to do."""


class EnvironmentReader:
    """Reads single values; an empty value counts as not set, and the default of the table is then taken.

    Args:
        environ: the variables.
        defaults: name → default for every known setting.

    Raises:
        SettingsError: a variable starts with the prefix and is no known setting, so it would be ignored in silence.
    """

    def __init__(self, environ: Mapping[str, str], defaults: Mapping[str, str]) -> None:
        self._environ = environ
        self._defaults = defaults
        for name in environ:
            if name.startswith(PREFIX) and name not in defaults:
                near = difflib.get_close_matches(name, defaults, n=1, cutoff=0.8)
                hint = f"; did you mean {near[0]}?" if near else "; the table is in docs/settings.md."
                raise SettingsError(f"{name} is not a setting{hint}")

    def is_set(self, name: str) -> bool:
        """Whether the variable holds more than blanks."""
        return bool(self._environ.get(name, "").strip())

    def text(self, name: str, default: str | None = None) -> str:
        """The value without blanks around it."""
        fallback = self._defaults[name] if default is None else default
        return self._environ.get(name, "").strip() or fallback

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        value = self.text(name)
        if not (value.isascii() and value.isdigit() and low <= int(value[:9]) <= high):
            raise SettingsError(f"{name} is {value!r}: give a whole number from {low} to {high}.")
        return int(value)

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of ``choices``."""
        value = self.text(name, default)
        if value not in choices:
            raise SettingsError(f"{name} is {value!r}: choose one of {', '.join(choices)}.")
        return value

    def switch(self, name: str, *, default: bool) -> bool:
        """On or off, in the usual spellings."""
        value = self.text(name, "on" if default else "off").lower()
        if value not in _SWITCHES:
            raise SettingsError(f"{name} is {value!r}: write on or off.")
        return _SWITCHES[value]

    def items(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list separated by commas; ``*`` is refused because it would accept anything."""
        items = tuple(item.strip() for item in self.text(name, "").split(",") if item.strip())
        if "*" in items:
            raise SettingsError(f"{name} holds *, which accepts anything: name each one.")
        return items or default

    def url(self, name: str, schemes: tuple[str, ...], default: str) -> str:
        """An address in one of ``schemes``: a folder for file, else with a host."""
        value = self.text(name, default)
        parts = urlsplit(value)
        is_whole = (
            parts.path.startswith("/") and not parts.netloc if parts.scheme == "file" else bool(parts.netloc)
        )
        if parts.scheme not in schemes or not is_whole:
            forms = " or ".join(
                "file:///FOLDER" if scheme == "file" else f"{scheme}://HOST" for scheme in schemes
            )
            raise SettingsError(f"{name} is {without_password(value)!r}: write {forms}.")
        return value

    def database_url(self, name: str, root: Path, default: str, *, others: tuple[str, ...] = ()) -> str:
        """A database address with its driver; a relative SQLite file starts at ``root``.

        ``others`` are further accepted schemes, passed through as they are.
        """
        value = self.text(name, default)
        scheme, _, rest = value.partition("://")
        if scheme in {"postgresql+psycopg", *others} and rest:
            return value
        if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1 and ":memory:" not in rest:
            return f"sqlite:///{(root / rest[1:]).resolve()}"
        if scheme in {"postgresql", "postgres"}:
            raise SettingsError(
                f"{name} names no driver: write postgresql+psycopg:// instead of {scheme}://."
            )
        forms = " or ".join((_DATABASE_FORMS, *(f"{other}://HOST" for other in others)))
        raise SettingsError(f"{name} cannot be used (it starts with {scheme[:40]!r}): write {forms}.")

    def rate(self, name: str) -> str:
        """A rate such as ``10 per minute``."""
        value = self.text(name)
        if not re.fullmatch(r"[1-9]\d{0,5} per ([1-9]\d{0,3} )?(second|minute|hour|day)", value):
            raise SettingsError(f"{name} is {value!r}: write it like '10 per minute'.")
        return value

    def time_zone(self, name: str) -> str:
        """A name of the time zone tables."""
        value = self.text(name)
        try:
            return ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingsError(f"{name} is {value!r}: write a name like Asia/Shanghai.") from error

    def secret(self, name: str, folder: Path) -> str:
        """The secret itself, else the content of its file in ``folder``, which is made at first use."""
        if self.is_set(name):
            return _checked_secret(self.text(name), name)
        path = folder / name.removeprefix(PREFIX).lower()
        return _checked_secret(_secret_file(path), f"The secret in {path}")

    def secrets(self, name: str) -> tuple[str, ...]:
        """Several secrets, separated by commas; none when it is not set."""
        return tuple(_checked_secret(value, f"A key in {name}") for value in self.items(name))


def _checked_secret(value: str, where: str) -> str:
    """The value, when it is long and not guessable.

    Raises:
        SettingsError: naming ``where`` it came from, never the value.
    """
    if len(value) < SECRET_LENGTH:
        raise SettingsError(f"{where} is shorter than {SECRET_LENGTH} characters: {_NEW_KEY}.")
    if len(set(value)) < 10 or _GUESSABLE.search(value):
        raise SettingsError(f"{where} can be guessed: {_NEW_KEY}.")
    return value


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def data_folder(name: str, path: Path) -> Path:
    """The folder, made when it is missing, readable by its owner only.

    Raises:
        SettingsError: it cannot be made or is no folder.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The data folder {path} cannot be made ({error.strerror}): set {name} to a folder you may write."
        ) from error
    return path


def without_password(value: str) -> str:
    """The address with its password hidden, for messages."""
    return re.sub(r"(://[^:/@]*):[^/]*@", r"\1:…@", value)


def _secret_file(path: Path) -> str:
    """Read the file; make it first, whole or not at all, readable by its owner only."""
    try:
        if not path.exists():
            handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mkstemp gives mode 600
            try:
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(secrets.token_hex(32))
                with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
                    os.link(draft, path)
            finally:
                Path(draft).unlink()
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not plain text"
        raise SettingsError(
            f"The secret file {path} cannot be used ({reason}): set YINGCE_INSTANCE to a folder you may write."
        ) from error
