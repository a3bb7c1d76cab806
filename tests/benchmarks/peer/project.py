"""Sets Django up on a database of the benchmark and gives its WSGI application."""

from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from sqlalchemy.engine import URL, make_url

LABEL = "peer"
NAME, PASSWORD = "bench", "Bench-Horse-9"


def wsgi_application(url: str) -> Any:
    """Return Django's application on the database; its own tables are made beside the portal's."""
    settings.configure(
        DATABASES={"default": _database(make_url(url))},
        INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
                        "django.contrib.sessions", "django.contrib.messages", "tests.benchmarks.peer"],
        MIDDLEWARE=["django.middleware.security.SecurityMiddleware",
                    "django.contrib.sessions.middleware.SessionMiddleware",
                    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware",
                    "django.contrib.messages.middleware.MessageMiddleware",
                    "django.middleware.clickjacking.XFrameOptionsMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                    "OPTIONS": {"context_processors": ["django.template.context_processors.request",
                                                       "django.contrib.auth.context_processors.auth",
                                                       "django.contrib.messages.context_processors.messages"]}}],
        ROOT_URLCONF="tests.benchmarks.peer.urls", SECRET_KEY="x" * 50, ALLOWED_HOSTS=["localhost"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True, TIME_ZONE="Asia/Shanghai", STATIC_URL="/static/",
        LANGUAGE_CODE="zh-hans",
    )  # fmt: skip
    django.setup()
    return get_wsgi_application()


def prepare() -> None:
    """Make Django's own tables and its account."""
    from django.contrib.auth.models import User  # noqa: PLC0415  only after the set-up

    call_command("migrate", verbosity=0)
    if not User.objects.filter(username=NAME).exists():
        User.objects.create_superuser(NAME, "bench@example.com", PASSWORD)


def _database(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; PRAGMA mmap_size=268435456;"
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.database, "CONN_MAX_AGE": None,
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": pragmas, "timeout": 10}}  # fmt: skip
    return {"ENGINE": "django.db.backends.postgresql", "NAME": url.database, "USER": url.username,
            "HOST": url.query["host"], "CONN_MAX_AGE": None}  # fmt: skip
