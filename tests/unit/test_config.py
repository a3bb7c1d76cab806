"""The table of settings, and every value that must be refused with a plain line."""

import re
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from config import LANGUAGES, ROOT, SETTINGS, Settings, SettingsError, describe

KEY = "k3Jf9sLq0ZxW7vBn2MdT5yRh8PcG1aUe"
OTHER_KEY = "Q7wE2rT9yU4iO1pA6sD3fG8hJ5kL0zXc"


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path / "instance"


def settings(instance: Path, **values: str) -> Settings:
    return Settings.from_environment({"YINGCE_INSTANCE": str(instance), **values})


def production(instance: Path, **values: str) -> Settings:
    safe = {"YINGCE_HOST": "0.0.0.0", "YINGCE_TRUSTED_HOSTS": "portal.example.com"}
    return settings(instance, **(safe | values))


def test_documentation_repeats_the_table_row_by_row() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(YINGCE_\w+)` \| (.*) \| (\w+) \| (.*) \|$", text, re.MULTILINE)
    assert rows == [tuple(row) for row in SETTINGS]


def test_every_setting_of_the_table_is_read_and_no_other(instance: Path) -> None:
    code = (ROOT / "config.py").read_text(encoding="utf-8").split("_DEFAULTS =")[1]
    read = set(re.findall(r"\"(YINGCE_[A-Z_]+)\"", code)) - {"YINGCE_SETTINGS"}
    assert read | {"YINGCE_SYSTEM_PACKAGES"} == {
        row.name for row in SETTINGS
    }  # the exception: read by run.py


def test_defaults_serve_one_machine_in_development(instance: Path) -> None:
    found = settings(instance)
    assert (found.host, found.port, found.is_production, found.has_demo) == ("127.0.0.1", 8080, False, True)
    assert found.database_url == f"sqlite:///{instance}/yingce.db"
    assert found.queue_url == f"sqlite:///{instance}/queue.db"
    assert found.storage_url == f"file://{instance}/files"
    assert found.public_url == "http://127.0.0.1:8080"
    assert found.session_idle == timedelta(minutes=30)
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700


def test_relative_folders_start_at_the_project(instance: Path) -> None:
    found = settings(instance, YINGCE_DATABASE_URL="sqlite:///data/x.db")
    assert found.database_url == f"sqlite:///{ROOT}/data/x.db"


def test_empty_values_count_as_not_set(instance: Path) -> None:
    assert settings(instance, YINGCE_PORT="  ").port == 8080


def test_secrets_are_made_once_for_the_owner_only(instance: Path) -> None:
    first, second = settings(instance), settings(instance)
    assert first.secret_key == second.secret_key != first.jwt_secret_key == second.jwt_secret_key
    assert len(first.secret_key) == 64
    for name in ("secret_key", "jwt_secret_key"):
        assert stat.S_IMODE((instance / name).stat().st_mode) == 0o600
    assert sorted(path.name for path in instance.iterdir()) == ["jwt_secret_key", "secret_key"]


def test_processes_that_start_together_agree_on_the_secret(instance: Path) -> None:
    found: list[str] = []
    gate = threading.Barrier(8)

    def start() -> None:
        gate.wait()
        found.append(settings(instance).secret_key)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_no_secret_in_repr_or_description(instance: Path) -> None:
    values = {
        "YINGCE_SECRET_KEY": KEY,
        "YINGCE_JWT_SECRET_KEY": OTHER_KEY,
        "YINGCE_DEMO_PASSWORD": "open-sesame",
        "YINGCE_DATABASE_URL": "postgresql+psycopg://u:p%40ss@db/yingce",
        "YINGCE_MAIL_URL": "smtp://u:p%40ss@mail:25",
    }
    found = settings(instance, **values)
    shown = repr(found) + repr(describe(values)) + found.database_label
    assert [secret for secret in (KEY, OTHER_KEY, "open-sesame", "p%40ss") if secret in shown] == []
    assert found.database_label == "postgresql+psycopg://u:…@db/yingce"
    assert [row[0] for row in describe(values)] == [row.name for row in SETTINGS]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("YINGCE_PROT", "8080", "did you mean YINGCE_PORT"),
        ("YINGCE_COLOUR", "1", "docs/settings.md"),
        ("YINGCE_PORT", "0", "from 1 to 65535"),
        ("YINGCE_PORT", "70000", "from 1 to 65535"),
        ("YINGCE_PORT", "8_080", "from 1 to 65535"),
        ("YINGCE_PORT", "八", "from 1 to 65535"),
        ("YINGCE_ENV", "prod", "development, production"),
        (
            "YINGCE_DATABASE_URL",
            "postgresql://u:p@h/d",
            "write postgresql+psycopg:// instead of postgresql://",
        ),
        ("YINGCE_DATABASE_URL", "postgres://u:p@h/d", "write postgresql+psycopg:// instead of postgres://"),
        (
            "YINGCE_DATABASE_URL",
            "postgresql+psycopg2://u:p@h/d",
            "write sqlite:///FILE or postgresql+psycopg://",
        ),
        ("YINGCE_DATABASE_URL", "mysql://u:p@h/d", "write sqlite:///FILE or postgresql+psycopg://"),
        ("YINGCE_DATABASE_URL", "sqlite://", "write sqlite:///FILE"),
        ("YINGCE_DATABASE_URL", "sqlite:///:memory:", "write sqlite:///FILE"),
        ("YINGCE_QUEUE_URL", "amqp://h", "or redis://HOST"),
        ("YINGCE_QUEUE_URL", "postgresql://h/d", "YINGCE_QUEUE_URL names no driver"),
        ("YINGCE_STORAGE_URL", "s3://bucket", "write file:///FOLDER"),
        ("YINGCE_STORAGE_URL", "file://relative/folder", "write file:///FOLDER"),
        ("YINGCE_SECRET_KEY", "short", "shorter than 32"),
        ("YINGCE_SECRET_KEY", "change-me-" * 5, "can be guessed"),
        ("YINGCE_SECRET_KEY", "a" * 64, "can be guessed"),
        ("YINGCE_JWT_SECRET_KEY", "0123456789" * 3, "shorter than 32"),
        ("YINGCE_SECRET_KEY_FALLBACKS", f"{KEY},short", "shorter than 32"),
        ("YINGCE_TRUSTED_HOSTS", "a.example,*", "accepts anything"),
        ("YINGCE_COOKIE_SECURE", "maybe", "write on or off"),
        ("YINGCE_SESSION_IDLE_MINUTES", "0", "from 1 to 1440"),
        ("YINGCE_LOGIN_RATE", "lots", "10 per minute"),
        ("YINGCE_MAIL_URL", "mail.example.com", "write smtp://HOST or smtps://HOST or file:///FOLDER"),
        ("YINGCE_LANGUAGE", "fr", "zh, zh_Hant_TW, en"),
        ("YINGCE_TIME_ZONE", "Asia/Nowhere", "Asia/Shanghai"),
        ("YINGCE_TIME_ZONE", "../etc/passwd", "Asia/Shanghai"),
        ("YINGCE_THREADS", "-1", "from 1 to 64"),
        ("YINGCE_JOBS", "none", "inline, external"),
        ("YINGCE_DEMO", "yes", "auto, never"),
        ("YINGCE_PUBLIC_URL", "portal.example.com", "write http://HOST"),
    ],
)
def test_bad_value_is_refused_in_one_line_with_the_cure(
    instance: Path, name: str, value: str, says: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(says)) as refused:
        settings(instance, **{name: value})
    assert "\n" not in str(refused.value)
    assert name in str(refused.value)


def test_refusal_never_repeats_a_password(instance: Path) -> None:
    for name in ("YINGCE_DATABASE_URL", "YINGCE_MAIL_URL", "YINGCE_SECRET_KEY"):
        with pytest.raises(SettingsError) as refused:
            settings(instance, **{name: "http://user:hunter2@host/x"})
        assert "hunter2" not in str(refused.value)


def test_one_secret_for_two_purposes_is_refused(instance: Path) -> None:
    with pytest.raises(SettingsError, match="equals YINGCE_SECRET_KEY"):
        settings(instance, YINGCE_SECRET_KEY=KEY, YINGCE_JWT_SECRET_KEY=KEY)


def test_file_in_place_of_the_instance_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "instance").write_text("in the way", encoding="ascii")
    with pytest.raises(SettingsError, match=r"data folder .*instance cannot be made .*set YINGCE_INSTANCE"):
        settings(tmp_path / "instance")


def test_damaged_secret_file_is_named_and_kept(instance: Path) -> None:
    instance.mkdir()
    (instance / "secret_key").write_text("", encoding="ascii")
    with pytest.raises(SettingsError, match=r"secret in .*instance/secret_key is shorter"):
        settings(instance)
    assert (instance / "secret_key").read_text(encoding="ascii") == ""


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"YINGCE_TRUSTED_HOSTS": ""}, "YINGCE_TRUSTED_HOSTS is not set"),
        ({"YINGCE_COOKIE_SECURE": "off"}, "YINGCE_COOKIE_SECURE is off"),
        ({"YINGCE_DEMO_PASSWORD": "open-sesame"}, "YINGCE_DEMO_PASSWORD is set"),
        ({"YINGCE_DEMO": "auto"}, "YINGCE_DEMO is auto"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is on"),
        ({"YINGCE_PUBLIC_URL": "http://portal.example.com"}, "write https://HOST"),
    ],
)
def test_production_refuses_what_is_unsafe(instance: Path, values: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        production(instance, **values)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::", "portal.example.com"])
def test_an_address_that_others_reach_means_production(instance: Path, host: str) -> None:
    with pytest.raises(SettingsError, match="Refused in production"):
        settings(instance, YINGCE_HOST=host)
    assert settings(instance, YINGCE_HOST=host, YINGCE_ENV="development").is_production is False


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost"])
def test_loopback_means_development(instance: Path, host: str) -> None:
    assert settings(instance, YINGCE_HOST=host).is_production is False


def test_flask_keys_in_production(instance: Path) -> None:
    config = production(instance, YINGCE_SECRET_KEY=KEY, YINGCE_SECRET_KEY_FALLBACKS=OTHER_KEY).flask_config()
    expected = {
        "SECRET_KEY": KEY,
        "SECRET_KEY_FALLBACKS": [OTHER_KEY],
        "SESSION_COOKIE_NAME": "__Host-yingce",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "TRUSTED_HOSTS": ["portal.example.com"],
        "FAB_SAFE_REDIRECT_HOSTS": ["portal.example.com", "portal.example.com:*"],
        "FAB_API_SWAGGER_UI": False,
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_ADD_SECURITY_API": False,
        "FAB_API_MAX_PAGE_SIZE": 200,
        "WTF_CSRF_ENABLED": True,
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "LANGUAGES": LANGUAGES,
    }
    assert {name: config[name] for name in expected} == expected


def test_hosts_of_an_ipv6_address_are_no_pattern(instance: Path) -> None:
    found = settings(instance, YINGCE_HOST="::1", YINGCE_TRUSTED_HOSTS="[::1],.example.com")
    assert found.flask_config()["FAB_SAFE_REDIRECT_HOSTS"] == [
        "[[]::1]",
        "[[]::1]:*",
        "*.example.com",
        "*.example.com:*",
    ]


@pytest.mark.parametrize("url", ["sqlite:////tmp/x.db", "postgresql+psycopg://u:p@h/d"])
def test_engine_options_hide_personal_data_and_fit_the_engine(instance: Path, url: str) -> None:
    options = settings(instance, YINGCE_DATABASE_URL=url).flask_config()["SQLALCHEMY_ENGINE_OPTIONS"]
    assert options["hide_parameters"] is True
    assert options["pool_pre_ping"] is True
    assert ("pool_size" in options) is url.startswith("postgresql")


def test_redis_queue_also_counts_log_in_attempts_of_all_processes(instance: Path) -> None:
    config = settings(instance, YINGCE_QUEUE_URL="redis://cache:6379/0").flask_config()
    assert config["RATELIMIT_STORAGE_URI"] == "redis://cache:6379/0"
