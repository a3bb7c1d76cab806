"""`python3 run.py` on a machine with nothing: real interpreters, real pip, a package server that is a folder."""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

import run
from app.bootstrap.failures import explain
from config import ROOT

BASE_PYTHON = f"{sys.base_prefix}/bin/python{sys.version_info.major}.{sys.version_info.minor}"
SERVING = "import sys\n\ndef serve() -> int:\n    print('served by', sys.prefix)\n    return 0\n"
UV = """echo "$@" >> "$HOME/uv.calls"
"$5" -m zipfile -e "$PIP_FIND_LINKS"/tiny-1.0-py3-none-any.whl "$(echo "$5" | sed s:/bin/python$::)"/lib/python*/site-packages"""
# the administrator, too, may then write only where a folder's mode lets its owner
WITHOUT_POWER = (
    ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override") if os.geteuid() == 0 else ()
)


class Project:
    """A copy of the command line in a folder of its own, with one tiny locked package."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.wheels = folder / "wheels"
        self.bin = folder / "bin"
        for path in (self.folder / "app", self.wheels, self.bin):
            path.mkdir(parents=True)
        shutil.copy(ROOT / "run.py", self.folder)
        shutil.copytree(ROOT / "app" / "bootstrap", self.folder / "app" / "bootstrap")
        (self.folder / "app" / "__init__.py").touch()
        (self.folder / "app" / "serving.py").write_text(SERVING, encoding="ascii")
        self.lock("1.0")

    def lock(self, version: str, digest: str = "") -> None:
        """Offer ``tiny`` in this version and lock it."""
        wheel = self.wheels / f"tiny-{version}-py3-none-any.whl"
        about = f"tiny-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as file:
            file.writestr("tiny.py", f"version = {version!r}\n")
            file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n")
            file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            file.writestr(f"{about}/RECORD", "")
        digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        text = f"tiny=={version} \\\n    --hash=sha256:{digest}\n"
        (self.folder / "requirements.lock").write_text(text, encoding="ascii")

    def program(self, name: str, script: str) -> None:
        """Put a shell script of this name first on PATH."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
        path.chmod(0o755)

    def calls(self, name: str) -> list[str]:
        """What a program that notes its calls was called with."""
        return (self.folder.parent / f"{name}.calls").read_text(encoding="utf-8").splitlines()

    def environ(self) -> dict[str, str]:
        """Variables of a machine without a network and without anything to install into the system."""
        return {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "HOME": str(self.folder.parent),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "YINGCE_SYSTEM_PACKAGES": "never",
        }

    def run(
        self, *arguments: str, environ: Mapping[str, str] = MappingProxyType({}), before: tuple[str, ...] = ()
    ) -> tuple[int, list[str]]:
        """Exit code and lines of one command, with words ``before`` it."""
        done = subprocess.run(
            [*before, BASE_PYTHON, "run.py", *arguments],
            cwd=self.folder,
            env=self.environ() | dict(environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        # what this machine lacks for PDFs is another test's matter
        said = [
            line for line in done.stdout.splitlines() if "apt-get" not in line and "Missing on" not in line
        ]
        return done.returncode, said

    def installed(self) -> str:
        """The version of ``tiny`` inside the environment, "" when it is not there."""
        command = [str(self.folder / ".venv" / "bin" / "python"), "-c", "import tiny; print(tiny.version)"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture
def project() -> Iterator[Project]:
    with tempfile.TemporaryDirectory() as folder:  # not tmp_path: another user has to reach it
        Path(folder).chmod(0o755)
        yield Project(Path(folder))


def test_nothing_but_the_standard_library_is_imported() -> None:
    files = [*(ROOT / "app" / "bootstrap").glob("*.py"), ROOT / "run.py", ROOT / "app" / "__init__.py"]
    assert len(files) > 6
    for path in files:
        body = ast.parse(path.read_text(encoding="utf-8")).body
        names = [alias.name for node in body if isinstance(node, ast.Import) for alias in node.names]
        names += [node.module or "" for node in body if isinstance(node, ast.ImportFrom)]
        own = [name for name in names if name.split(".")[0] not in sys.stdlib_module_names]
        assert [name for name in own if not name.startswith("app.bootstrap")] == [], path


def test_setup_then_serve_then_a_new_lock(project: Project) -> None:
    code, said = project.run("setup")
    assert (code, project.installed()) == (0, "1.0"), said
    assert "Installing 1 packages of requirements.lock with pip" in said[1]

    assert project.run() == (0, [f"served by {project.folder / '.venv'}"]), "the second start only serves"

    project.lock("1.1")
    assert project.run("setup")[0] == 0
    assert project.installed() == "1.1"


def test_what_fails_is_told_in_one_line_and_does_not_count_as_done(project: Project) -> None:
    nowhere = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    code, said = project.run("setup", environ=nowhere)
    assert (code, project.installed()) == (1, "")
    assert said[-1].startswith(
        "Installing requirements.lock failed: no package server can be reached: connect"
    )
    assert "Traceback" not in "".join(said)

    project.lock("1.0", digest="0" * 64)
    code, said = project.run("setup")
    assert (code, project.installed()) == (1, "")
    assert said[-1].startswith("Installing requirements.lock failed: a downloaded package is not the one")

    project.lock("1.0")
    assert project.run("setup")[0] == 0
    assert project.installed() == "1.0"


def test_uv_is_taken_where_it_is(project: Project) -> None:
    project.program("uv", UV)
    code, said = project.run("setup")
    assert (code, len(said), project.installed()) == (0, 3, "1.0"), said
    assert "--require-hashes --no-deps -r" in project.calls("uv")[0]
    assert list((project.folder / ".venv").glob("lib/*/site-packages/pip")) == []


def test_pip_is_taken_where_uv_finds_no_server_and_installs_nowhere_else(project: Project) -> None:
    project.program("uv", "echo 'error: dns error: failed to lookup address'; exit 2")
    elsewhere = project.folder.parent / "elsewhere"
    strange = {"PIP_TARGET": str(elsewhere), "PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1"}
    code, said = project.run("setup", environ=strange)
    assert (code, project.installed()) == (0, "1.0"), said
    assert not elsewhere.exists()


def test_full_disk_is_one_line_with_the_cure(project: Project) -> None:
    project.program("uv", UV)
    (project.folder / ".venv").mkdir()
    (project.folder / ".venv" / "install.log").symlink_to("/dev/full")
    code, said = project.run("setup")
    assert (code, said[-1].split(": ", 1)[1]) == (
        1,
        "the disk is full: free some space and run the command again.",
    )


def test_folder_of_somebody_else_is_one_line_with_the_cure(project: Project) -> None:
    project.folder.chmod(0o555)
    code, said = project.run("setup", before=WITHOUT_POWER)
    assert (code, len(said)) == (1, 1)
    assert "you may not write there: copy the project to a folder of your own" in said[0]


def test_prepared_project_serves_from_a_folder_that_cannot_be_written(project: Project) -> None:
    project.program("uv", UV)
    assert project.run("setup")[0] == 0
    for path in (project.folder, project.folder / ".venv"):
        path.chmod(0o555)
    assert project.run(before=WITHOUT_POWER) == (0, [f"served by {project.folder / '.venv'}"])


def test_broken_environment_is_made_again(project: Project) -> None:
    project.program("uv", UV)
    assert project.run("setup")[0] == 0
    python = project.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/usr/bin/python-that-was-removed")
    code, said = project.run("setup")
    assert (code, project.installed()) == (0, "1.0"), said


def test_two_at_once_prepare_once(project: Project) -> None:
    project.program("uv", UV + "; sleep 1")
    command = [BASE_PYTHON, "run.py", "setup"]
    both = [
        subprocess.Popen(command, cwd=project.folder, env=project.environ(), stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert len(project.calls("uv")) == 1


@pytest.mark.parametrize("arguments", [("sevre",), ("setup", "now"), ("serve", "--port=1")])
def test_unknown_command_tells_the_commands(project: Project, arguments: tuple[str, ...]) -> None:
    code, said = project.run(*arguments)
    assert (code, said[0]) == (2, "Usage: python3 run.py [serve | setup | test [pytest arguments]]")
    assert not (project.folder / ".venv").exists()


def test_old_python_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    assert run.main([]) == 1
    assert capsys.readouterr().out.startswith("Yingce needs Python 3.11 or later, this is 3.10.13: install")


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("OSError: [Errno 28] No space left on device\n", "the disk is full"),
        ("error: failed to write: No space left on device (os error 28)", "the disk is full"),
        (
            "NewConnectionError: [Errno -3] Temporary failure in name resolution",
            "no package server can be reached",
        ),
        (
            "  Caused by: client error (Connect)\n  Caused by: dns error: failed",
            "no package server can be reached",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
            "a downloaded package is not",
        ),
        ("error: Hash mismatch for `blinker==1.9.0`", "a downloaded package is not"),
        (
            "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]",
            "the package server's certificate",
        ),
        ("ERROR: No matching distribution found for flask==9", "the package server that was asked lacks"),
        (
            "error: externally-managed-environment\n\n× This environment",
            "pip refuses to touch the system's Python",
        ),
        (
            "ERROR: Could not install packages: [Errno 13] Permission denied: 'x'",
            "the project folder cannot be written",
        ),
        ("building\n\nerror: something never seen before.\n", "error: something never seen before"),
        ("", "the installer said nothing"),
    ],
)
def test_what_installers_print_becomes_a_reason(output: str, reason: str) -> None:
    assert explain(output).startswith(reason)
    assert "\n" not in explain(output)
