"""Settings of the portal: one table of every setting, read from the environment, unsafe values refused.

Standard library only, so that the command line can check settings before any package is loaded.
The table is ``SETTINGS``; ``docs/settings.md`` repeats it and a test compares the two.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from app.core.environment_values import (
    EnvironmentReader,
    SettingsError,
    data_folder,
    is_loopback,
    without_password,
)

__all__ = ["LANGUAGES", "ROOT", "SETTINGS", "Setting", "Settings", "SettingsError", "describe"]

ROOT = Path(__file__).resolve().parent
LANGUAGES = {
    "zh": {"flag": "cn", "name": "简体中文"},
    "zh_Hant_TW": {"flag": "tw", "name": "繁體中文"},
    "en": {"flag": "gb", "name": "English"},
}


class Setting(NamedTuple):
    """One row of the table of settings.

    ``default`` is what the reader sees (a rule in words where it depends on another setting);
    ``kind`` is one of text, integer, switch, choice, folder, url, list, secret (never shown).
    """

    name: str
    default: str
    kind: str
    help: str


# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting("YINGCE_HOST", "127.0.0.1", "text",
            "Address to listen on; 0.0.0.0 listens on every network."),
    Setting("YINGCE_PORT", "8080", "integer",
            "Port to listen on, 1 to 65535."),
    Setting("YINGCE_ENV", "development on a loopback address, else production", "choice",
            "development or production; production refuses unsafe values at start."),
    Setting("YINGCE_INSTANCE", "instance", "folder",
            "Folder of all data of this installation; a relative path starts at the project folder."),
    Setting("YINGCE_DATABASE_URL", "sqlite file yingce.db in the instance folder", "url",
            "sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."),
    Setting("YINGCE_QUEUE_URL", "sqlite file queue.db in the instance folder", "url",
            "Job queue: sqlite:///FILE, postgresql+psycopg://… or redis://…."),
    Setting("YINGCE_STORAGE_URL", "folder files in the instance folder", "url",
            "Uploaded and produced files: file:///FOLDER."),
    Setting("YINGCE_SECRET_KEY", "generated into the instance folder", "secret",
            "Signs sessions and forms; 32 characters or more. Set it when several machines serve one portal."),
    Setting("YINGCE_SECRET_KEY_FALLBACKS", "none", "secret",
            "Former secret keys, separated by commas, still accepted while sessions signed with them last."),
    Setting("YINGCE_JWT_SECRET_KEY", "generated into the instance folder", "secret",
            "Signs API tokens; 32 characters or more and different from YINGCE_SECRET_KEY."),
    Setting("YINGCE_TRUSTED_HOSTS", "localhost names and YINGCE_HOST; must be set in production", "list",
            "Host names under which the portal may be called, separated by commas; .example.com means all below."),
    Setting("YINGCE_TRUSTED_PROXY", "none", "text",
            "Address of the reverse proxy whose X-Forwarded headers are believed."),
    Setting("YINGCE_PUBLIC_URL", "http://HOST:PORT; in production https:// and the first trusted host", "url",
            "Address under which users reach the portal: the start of every link in a message."),
    Setting("YINGCE_COOKIE_SECURE", "off in development, on in production", "switch",
            "Send the session cookie over https only."),
    Setting("YINGCE_SESSION_IDLE_MINUTES", "30", "integer",
            "A session ends after so many minutes without a request."),
    Setting("YINGCE_SESSION_HOURS", "12", "integer",
            "A session ends after so many hours in any case."),
    Setting("YINGCE_LOGIN_RATE", "60 per minute", "text",
            "Log-in attempts allowed from one address."),
    Setting("YINGCE_MAX_UPLOAD_MB", "64", "integer",
            "Largest request in megabytes, 1 to 1024."),
    Setting("YINGCE_MAIL_URL", "folder mail in the instance folder", "url",
            "smtp://USER:PASSWORD@HOST:PORT, smtps://…, or file:///FOLDER to keep messages as files."),
    Setting("YINGCE_MAIL_FROM", "yingce@localhost", "text",
            "Sender of the portal's messages."),
    Setting("YINGCE_LANGUAGE", "zh", "choice",
            "Language until a user chooses: zh, zh_Hant_TW or en."),
    Setting("YINGCE_TIME_ZONE", "Asia/Shanghai", "text",
            "The company's time zone: days and periods end by it."),
    Setting("YINGCE_DEMO", "auto in development, never in production", "choice",
            "auto loads the demo company into an empty database at first start; never leaves it empty."),
    Setting("YINGCE_DEMO_PASSWORD", "a random one for each demo user", "secret",
            "One password for all demo users, for tries and tests; refused in production."),
    Setting("YINGCE_THREADS", "8", "integer",
            "Requests served at the same time, 1 to 64."),
    Setting("YINGCE_JOBS", "inline", "choice",
            "inline runs jobs inside the server; external leaves them to `flask --app run worker`."),
    Setting("YINGCE_SYSTEM_PACKAGES", "auto", "choice",
            "auto lets run.py install missing system packages where it may; never only names them."),
)
# fmt: on
_DEFAULTS = {row.name: row.default for row in SETTINGS}
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_ANY_ADDRESS = ("0.0.0.0", "[::]")  # noqa: S104 - compared with, not bound


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, read and checked. Secrets and addresses with passwords stay out of ``repr``.

    Folders are absolute paths; ``secret_key_fallbacks`` and ``trusted_hosts`` are tuples of text.
    """

    host: str
    port: int
    is_production: bool
    instance: Path
    database_url: str = field(repr=False)
    queue_url: str = field(repr=False)
    storage_url: str
    secret_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(repr=False)
    jwt_secret_key: str = field(repr=False)
    trusted_hosts: tuple[str, ...]
    trusted_proxy: str
    public_url: str
    is_cookie_secure: bool
    session_idle: timedelta
    session_length: timedelta
    login_rate: str
    max_upload_bytes: int
    mail_url: str = field(repr=False)
    mail_from: str
    language: str
    time_zone: str
    has_demo: bool
    demo_password: str | None = field(repr=False)
    threads: int
    has_inline_jobs: bool

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read all settings; make the instance folder and the two secret files when they are missing.

        Raises:
            SettingsError: a value is unknown, malformed or unsafe, or the instance folder cannot be written.
        """
        read = EnvironmentReader(environ, _DEFAULTS)
        host, port = read.text("YINGCE_HOST"), read.integer("YINGCE_PORT", 1, 65535)
        environment = "development" if is_loopback(host) else "production"
        is_production = read.choice("YINGCE_ENV", ("development", "production"), environment) == "production"
        instance = data_folder(
            "YINGCE_INSTANCE", (ROOT / Path(read.text("YINGCE_INSTANCE")).expanduser()).resolve()
        )
        hosts = read.items("YINGCE_TRUSTED_HOSTS", _default_hosts(host))
        queues = ("redis", "rediss")
        settings = cls(
            host=host,
            port=port,
            is_production=is_production,
            instance=instance,
            database_url=read.database_url(
                "YINGCE_DATABASE_URL", ROOT, f"sqlite:///{instance / 'yingce.db'}"
            ),
            queue_url=read.database_url(
                "YINGCE_QUEUE_URL", ROOT, f"sqlite:///{instance / 'queue.db'}", others=queues
            ),
            storage_url=read.url("YINGCE_STORAGE_URL", ("file",), (instance / "files").as_uri()),
            secret_key=read.secret("YINGCE_SECRET_KEY", instance),
            secret_key_fallbacks=read.secrets("YINGCE_SECRET_KEY_FALLBACKS"),
            jwt_secret_key=read.secret("YINGCE_JWT_SECRET_KEY", instance),
            trusted_hosts=hosts,
            trusted_proxy=read.text("YINGCE_TRUSTED_PROXY", ""),
            public_url=_public_url(read, port, hosts, is_production=is_production),
            is_cookie_secure=read.switch("YINGCE_COOKIE_SECURE", default=is_production),
            session_idle=timedelta(minutes=read.integer("YINGCE_SESSION_IDLE_MINUTES", 1, 1440)),
            session_length=timedelta(hours=read.integer("YINGCE_SESSION_HOURS", 1, 168)),
            login_rate=read.rate("YINGCE_LOGIN_RATE"),
            max_upload_bytes=read.integer("YINGCE_MAX_UPLOAD_MB", 1, 1024) * 1024 * 1024,
            mail_url=read.url("YINGCE_MAIL_URL", ("smtp", "smtps", "file"), (instance / "mail").as_uri()),
            mail_from=read.text("YINGCE_MAIL_FROM"),
            language=read.choice("YINGCE_LANGUAGE", tuple(LANGUAGES)),
            time_zone=read.time_zone("YINGCE_TIME_ZONE"),
            has_demo=read.choice("YINGCE_DEMO", ("auto", "never"), "never" if is_production else "auto")
            == "auto",
            demo_password=read.text("YINGCE_DEMO_PASSWORD", "") or None,
            threads=read.integer("YINGCE_THREADS", 1, 64),
            has_inline_jobs=read.choice("YINGCE_JOBS", ("inline", "external")) == "inline",
        )
        _refuse_unsafe(settings, read, environ)
        return settings

    def flask_config(self) -> dict[str, Any]:
        """Keys for ``app.config.update``; ``YINGCE_SETTINGS`` is this object itself."""
        return {
            "YINGCE_SETTINGS": self,
            "APP_NAME": "营策 Yingce",
            "DEBUG": False,
            **self._database_config(),
            **self._session_config(),
            **self._framework_config(),
            "TRUSTED_HOSTS": list(self.trusted_hosts),
            "MAX_CONTENT_LENGTH": self.max_upload_bytes,
            "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
            "MAX_FORM_PARTS": 5_000,  # the widest form is a year's plan: about 400 lines of 10 fields
            "BABEL_DEFAULT_LOCALE": self.language,
            "BABEL_DEFAULT_TIMEZONE": self.time_zone,
            "LANGUAGES": LANGUAGES,
        }

    def _database_config(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "pool_pre_ping": True,
            "hide_parameters": True,
        }  # parameters are personal data
        if self.database_url.startswith("sqlite"):
            options["connect_args"] = {"timeout": 30}  # seconds one writer waits for another
        else:
            # every request thread, the job consumer's threads and a few to spare
            options |= {"pool_size": self.threads + 4, "max_overflow": 8, "pool_recycle": 1800}
            options["connect_args"] = {"connect_timeout": 5, "application_name": "yingce"}
        return {
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": options,
            "SQLALCHEMY_TRACK_MODIFICATIONS": False,
        }

    def _session_config(self) -> dict[str, Any]:
        return {
            "SECRET_KEY": self.secret_key,
            "SECRET_KEY_FALLBACKS": list(self.secret_key_fallbacks),
            # the __Host- prefix makes a browser refuse the cookie from a sub-domain or over http
            "SESSION_COOKIE_NAME": "__Host-yingce" if self.is_cookie_secure else "yingce",
            "SESSION_COOKIE_SECURE": self.is_cookie_secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            # the absolute end; the idle end is kept on the server side, so that reading a page sets no cookie
            "PERMANENT_SESSION_LIFETIME": self.session_length,
            "SESSION_REFRESH_EACH_REQUEST": False,
            "WTF_CSRF_ENABLED": True,
            "WTF_CSRF_TIME_LIMIT": int(self.session_length.total_seconds()),
            "JWT_SECRET_KEY": self.jwt_secret_key,
            "JWT_TOKEN_LOCATION": ["headers"],
            "JWT_ACCESS_TOKEN_EXPIRES": self.session_idle,
            "JWT_REFRESH_TOKEN_EXPIRES": self.session_length,
        }

    def _framework_config(self) -> dict[str, Any]:
        is_shared = self.queue_url.startswith(("redis://", "rediss://"))
        return {
            "AUTH_TYPE": 1,  # flask_appbuilder.const.AUTH_DB
            "AUTH_USER_REGISTRATION": False,
            "AUTH_RATE_LIMITED": True,
            "AUTH_RATE_LIMIT": self.login_rate,
            "RATELIMIT_ENABLED": True,
            "RATELIMIT_STORAGE_URI": self.queue_url if is_shared else "memory://",
            "FAB_SAFE_REDIRECT_HOSTS": [
                pattern
                for host in self.trusted_hosts
                for pattern in (_host_pattern(host), f"{_host_pattern(host)}:*")
            ],
            "FAB_CREATE_DB": False,  # `init` makes tables and rights once; web processes never do
            "FAB_UPDATE_PERMS": False,
            "FAB_ADD_SECURITY_API": False,
            "FAB_API_MAX_PAGE_SIZE": 200,
            "FAB_API_SWAGGER_UI": False,  # views/openapi.py serves the description; that page breaks our CSP
            "FAB_PASSWORD_COMPLEXITY_ENABLED": True,
        }

    @property
    def database_label(self) -> str:
        """The database's address without its password, for messages."""
        return without_password(self.database_url)


def describe(environ: Mapping[str, str] = os.environ) -> list[tuple[str, str, str]]:
    """Every setting as (name, value in force or the default in words, help); secrets and passwords are hidden."""
    rows = []
    for row in SETTINGS:
        value = environ.get(row.name, "").strip()
        if value and row.kind == "secret":
            value = "(set, hidden)"
        rows.append((row.name, without_password(value) if value else f"default: {row.default}", row.help))
    return rows


def _default_hosts(host: str) -> tuple[str, ...]:
    """The configured host first, unless it means every address; then the names of this machine."""
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return _LOCAL_HOSTS if name in _ANY_ADDRESS else tuple(dict.fromkeys((name, *_LOCAL_HOSTS)))


def _public_url(read: EnvironmentReader, port: int, hosts: tuple[str, ...], *, is_production: bool) -> str:
    first = hosts[0].lstrip(".")
    default = f"https://{first}" if is_production else f"http://{first}:{port}"
    schemes = ("https",) if is_production else ("http", "https")
    return read.url("YINGCE_PUBLIC_URL", schemes, default).rstrip("/")


def _host_pattern(host: str) -> str:
    escaped = glob.escape(host)  # [::1] would else be a set of characters
    return f"*{escaped}" if host.startswith(".") else escaped


def _refuse_unsafe(settings: Settings, read: EnvironmentReader, environ: Mapping[str, str]) -> None:
    """Refuse one secret for two purposes, and what is fine on one's own machine but dangerous in production."""
    if settings.secret_key == settings.jwt_secret_key:
        raise SettingsError("YINGCE_JWT_SECRET_KEY equals YINGCE_SECRET_KEY: give it a value of its own.")
    if not settings.is_production:
        return
    if not read.is_set("YINGCE_TRUSTED_HOSTS"):
        problem = "YINGCE_TRUSTED_HOSTS is not set: name the hosts under which users call the portal"
    elif not settings.is_cookie_secure:
        problem = "YINGCE_COOKIE_SECURE is off: remove it and serve the portal over https"
    elif settings.demo_password is not None:
        problem = "YINGCE_DEMO_PASSWORD is set: remove it, one known password opens every demo user"
    elif settings.has_demo:
        problem = "YINGCE_DEMO is auto: remove it, demo users do not belong into production"
    elif environ.get("FLASK_DEBUG", "").lower() not in {"", "0", "false", "no"}:
        problem = "FLASK_DEBUG is on: remove it, the debugger runs any code for anybody"
    else:
        return
    raise SettingsError(f"Refused in production: {problem}; to try the portal set YINGCE_ENV=development.")
