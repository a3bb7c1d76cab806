"""A portal served by its own process, and a browser to look at it."""

import os
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

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

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
        page.click("button.primary")
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


@pytest.fixture
def portal(database_url: str, tmp_path: Path) -> Iterator[Served]:
    """A served portal with the demo company, once on each database."""
    with serve(database_url, tmp_path) as served:
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
