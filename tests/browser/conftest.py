"""A portal served by its own process, and a browser to look at it.

The demo company takes most of a minute to play, so each run plays it once per kind of database; every portal
of a test then begins with a copy.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.conftest import alone

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "demo-company-2026"
START_SECONDS = 300
PATIENCE_MS = 120_000
"""How long an action may take on a machine that runs other tests beside; nothing waits for it in vain."""
expect.set_options(timeout=60_000)


@dataclass
class Served:
    """A running portal."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def log_in(self, browser: Browser, username: str, *, width: int = 1280) -> Page:
        """Return a page on which this person is logged in, in a browser profile of its own."""
        context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(f"{self.address}/login/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.click("main form button.btn-primary")
        page.wait_for_url(f"{self.address}/")
        return page


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(database_url: str, folder: Path, *, has_demo: bool = True) -> Iterator[Served]:
    """Serve the portal on a database, as `run.py` does, until the context ends; with the demo company unless told."""
    port = free_port()
    environment = {
        **os.environ,
        "YINGCE_INSTANCE": str(folder),
        "YINGCE_PORT": str(port),
        "YINGCE_DATABASE_URL": database_url,
        "YINGCE_DEMO": "auto" if has_demo else "never",
        "YINGCE_DEMO_PASSWORD": PASSWORD,
        "YINGCE_LOGIN_RATE": "1000 per minute",
        "YINGCE_LANGUAGE": "en",
    }
    log = folder / "server.log"
    command = [sys.executable, "-c", "import sys; from app.serving import serve; sys.exit(serve())"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    served = Served(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait_until_ready(served)
        yield served
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_ready(served: Served) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if served.process.poll() is not None:
            break
        try:
            with urlopen(f"{served.address}/readyz", timeout=2) as answer:  # noqa: S310  loopback
                if answer.status == 200:
                    return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    pytest.fail(f"the portal did not start: {served.log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def run_folder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, testrun_uid: str
) -> Path:
    """A folder that all test processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if hasattr(request.config, "workerinput") else base) / f"run-{testrun_uid}"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def demo_company(run_folder: Path) -> Path:
    """The instance folder of a demo company on SQLite, played once per run; to be copied, not used."""
    folder = run_folder / "demo-sqlite"
    with alone(run_folder / "demo-sqlite.lock"):
        if not folder.exists():
            made = run_folder / "demo-sqlite.part"
            made.mkdir()
            with serve(f"sqlite:///{made / 'yingce.db'}", made):
                pass
            made.rename(folder)
    return folder


def _demo_on_server(run_folder: Path, url: str) -> Path:
    """The same on PostgreSQL: the folder, and in it the name of the database to copy; played in ``url`` first."""
    folder = run_folder / "demo-postgresql"
    with alone(run_folder / "demo-postgresql.lock"):
        if not folder.exists():
            made = run_folder / "demo-postgresql.part"
            made.mkdir()
            with serve(url, made):
                pass
            name = f"demo_{run_folder.name.removeprefix('run-')}"
            _copy_database(url, make_url(url).database or "", name)
            (made / "template.txt").write_text(name)
            made.rename(folder)
    return folder


def _copy_database(url: str, source: str, target: str) -> None:
    """Replace a database of the server by a copy of another."""
    place = make_url(url).set(drivername="postgresql", database="postgres")
    with psycopg.connect(place.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source))
        )


@contextmanager
def serve_copy(demo_company: Path, folder: Path) -> Iterator[Served]:
    """Serve a copy of the demo company on SQLite out of a new folder."""
    shutil.copytree(demo_company, folder, dirs_exist_ok=True)
    with serve(f"sqlite:///{folder / 'yingce.db'}", folder) as served:
        yield served


@pytest.fixture
def portal(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, run_folder: Path
) -> Iterator[Served]:
    """A served portal with the demo company, once on each database."""
    if database_url.startswith("sqlite"):
        with serve_copy(request.getfixturevalue("demo_company"), tmp_path / "instance") as served:
            yield served
        return
    demo = _demo_on_server(run_folder, database_url)
    _copy_database(database_url, (demo / "template.txt").read_text(), make_url(database_url).database or "")
    shutil.copytree(demo, tmp_path / "instance")
    with serve(database_url, tmp_path / "instance") as served:
        yield served


@pytest.fixture
def sqlite_portal(demo_company: Path, tmp_path: Path) -> Iterator[Served]:
    """A served portal of this test alone with the demo company, where the database adds nothing to the question."""
    with serve_copy(demo_company, tmp_path / "instance") as served:
        yield served


@pytest.fixture(scope="module")
def shared_portal(demo_company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same for all tests of a module; they leave it as they found it."""
    with serve_copy(demo_company, tmp_path_factory.mktemp("shared") / "instance") as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless, without any call to the outside."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                  "--disable-sync", "--no-first-run"],
        )  # fmt: skip
        yield chromium
        chromium.close()
