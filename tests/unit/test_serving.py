"""From start to stop as a process of its own, and the plain line for every start that cannot be."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from app.serving import serve, wait_for_database
from app.web_server import StartError, listen
from config import ROOT, Settings


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a portal whose settings are otherwise the defaults."""
    for name in list(os.environ):
        if name.startswith("YINGCE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("YINGCE_INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


@pytest.mark.usefixtures("instance")
def test_port_in_use_stops_the_start_before_anything_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], instance: Path
) -> None:
    with listen("127.0.0.1", 0) as taken:
        monkeypatch.setenv("YINGCE_PORT", str(taken.getsockname()[1]))
        assert serve() == 1
    assert re.fullmatch(r"Port \d+ on 127\.0\.0\.1 is in use: stop .*\n", capsys.readouterr().out)
    assert not (instance / "yingce.db").exists()


@pytest.mark.usefixtures("instance")
def test_bad_setting_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YINGCE_THREADS", "many")
    assert serve() == 1
    assert capsys.readouterr().out == "YINGCE_THREADS is 'many': give a whole number from 1 to 64.\n"


def test_database_that_does_not_answer_is_waited_for_and_then_named(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YINGCE_DATABASE_URL", "postgresql+psycopg://u:hunter2@127.0.0.1:9/yingce")
    with pytest.raises(
        StartError, match=r"^The database postgresql\+psycopg://u:…@127\.0\.0\.1:9/yingce "
    ) as told:
        wait_for_database(Settings.from_environment(), seconds=1.5)
    assert "\n" not in str(told.value)
    assert "hunter2" not in str(told.value)
    assert capsys.readouterr().out.startswith("Waiting for the database postgresql+psycopg://u:…@")


def test_database_folder_that_is_not_there_is_named(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINGCE_DATABASE_URL", f"sqlite:///{instance}/no/such/folder/x.db")
    with pytest.raises(
        StartError, match=r"cannot be used \(unable to open database file\): check YINGCE_DATABASE_URL"
    ):
        wait_for_database(Settings.from_environment())


def test_file_that_is_no_database_is_named_and_kept(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    instance.mkdir()
    (instance / "yingce.db").write_text(
        "minutes of a meeting, kept under the wrong name\n" * 50, encoding="ascii"
    )
    with listen("127.0.0.1", 0) as free:
        monkeypatch.setenv("YINGCE_PORT", str(free.getsockname()[1]))
    assert serve() == 1
    assert "cannot be used (file is not a database)" in capsys.readouterr().out
    assert (instance / "yingce.db").read_text(encoding="ascii").startswith("minutes")


def test_serves_until_told_to_stop(instance: Path, database_url: str) -> None:
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    environ = os.environ | {
        "YINGCE_PORT": str(port),
        "YINGCE_DATABASE_URL": database_url,
        "YINGCE_DEMO": "never",
        "PYTHONWARNINGS": "ignore",
    }
    process = subprocess.Popen(
        [sys.executable, "run.py", "serve", "--prepared"],
        cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    try:
        assert f"Yingce 营策 is ready: http://127.0.0.1:{port}\n" in said, "".join(said)
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            assert answer.status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=30)
    assert (process.returncode, rest.splitlines()[-1]) == (0, "Stopped.")
