"""System packages with a package manager that notes its calls, and the checks with programs that fail on demand."""

import os
from pathlib import Path

import pytest

from app.bootstrap import system
from app.bootstrap.checks import run_checks
from app.bootstrap.environment import Environment

SUDO = 'shift; [ "$1" = true ] && exit 0; exec "$@"'


class Machine:
    """A system whose apt-get does what a script says; one package is needed, and there when a file is."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bin = folder / "bin"
        self.there = folder / "there"
        self.memory = folder / "system-run.missing"
        self.monkeypatch = monkeypatch
        self.bin.mkdir()
        monkeypatch.setenv("PATH", f"{self.bin}:/usr/bin:/bin")
        monkeypatch.setenv("FOLDER", str(folder))
        need = system.Need(("some-font",), "PDFs need a font", self.there.exists)
        monkeypatch.setattr(system, "NEEDS", {"run": (need,), "test": ()})
        self.program("sudo", SUDO)

    def program(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f'#!/bin/sh\necho "{name} $@" >> "$FOLDER/calls"\n{script}\n', encoding="ascii")
        path.chmod(0o755)

    def calls(self) -> list[str]:
        """The verbs that apt-get was called with."""
        path = self.bin.parent / "calls"
        lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
        return [
            word
            for line in lines
            for word in ("update", "install")
            if line.startswith("apt-get") and word in line
        ]

    def prepare(self, *, again: bool = False, setting: str = "auto") -> list[str]:
        """The packages still missing afterwards."""
        needs = system.prepare("run", self.memory, {system.SETTING: setting}, again=again)
        return [package for need in needs for package in need.packages]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_what_is_there_is_left_alone(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.there.touch()
    machine.program("apt-get", "exit 1")
    assert (machine.prepare(), machine.calls(), capsys.readouterr().out) == ([], [], "")


def test_installs_without_fresh_lists_where_that_is_enough(machine: Machine) -> None:
    machine.program("apt-get", 'touch "$FOLDER/there"')
    assert (machine.prepare(), machine.calls()) == ([], ["install"])


def test_fetches_fresh_lists_where_the_old_ones_do_not_do(machine: Machine) -> None:
    script = 'case "$*" in *update*) touch "$FOLDER/fresh";; *) [ -e "$FOLDER/fresh" ] && touch "$FOLDER/there";; esac'
    machine.program("apt-get", script)
    assert (machine.prepare(), machine.calls()) == ([], ["install", "update", "install"])


def test_failure_is_told_with_the_command_and_not_tried_at_every_start(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.program("apt-get", "echo 'E: no network'; exit 100")
    assert machine.prepare() == ["some-font"]
    said = capsys.readouterr().out
    assert "Missing on this system (PDFs need a font); please run once:" in said
    assert "apt-get install --yes --no-install-recommends some-font" in said
    assert "E: no network" in machine.memory.with_suffix(".log").read_text(encoding="ascii")
    assert machine.calls() == ["install", "update", "install"]

    assert machine.prepare() == ["some-font"]
    assert "please run once" in capsys.readouterr().out
    assert len(machine.calls()) == 3, "a later start does not try again"

    assert machine.prepare(again=True) == ["some-font"]
    assert len(machine.calls()) == 6, "setup does"


def test_never_means_never(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.program("apt-get", 'touch "$FOLDER/there"')
    assert (machine.prepare(setting="never"), machine.calls()) == (["some-font"], [])
    assert "please run once" in capsys.readouterr().out


def test_other_systems_are_told_the_names(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.monkeypatch.setenv("PATH", str(machine.bin))
    assert machine.prepare() == ["some-font"]
    assert capsys.readouterr().out == (
        "Missing on this system (PDFs need a font): install, under your system's names for them, some-font.\n"
    )


def test_sudo_that_asks_is_not_used(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.program("sudo", "exit 1")
    machine.program("apt-get", 'touch "$FOLDER/there"')
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert (machine.prepare(), machine.calls()) == (["some-font"], [])
    machine.program("sudo", SUDO)
    assert (machine.prepare(), machine.calls()) == ([], ["install"])


@pytest.fixture
def checked(tmp_path: Path) -> Environment:
    """A project whose checkers pass and note their names; `fail` turns one around."""
    environment = Environment(tmp_path)
    (environment.folder / "bin").mkdir(parents=True)
    for name in ("ruff", "mypy", "lint-imports", "python"):
        _checker(environment, name, 0)
    return environment


def _checker(environment: Environment, name: str, code: int) -> None:
    path = environment.folder / "bin" / name
    path.write_text(f'#!/bin/sh\necho "{name} $* port=$YINGCE_PORT"\nexit {code}\n', encoding="ascii")
    path.chmod(0o755)


def test_all_checks_run_and_pytest_is_last(checked: Environment, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_checks(checked, ["tests/unit", "-k", "money"]) == 0
    said = [line for line in capfd.readouterr().out.splitlines() if "port=" in line]
    assert [line.split(" port=")[0].split(" -n ")[0] for line in said] == [
        "ruff check --quiet",
        "ruff format --check --quiet",
        "mypy --no-error-summary",
        "lint-imports --no-logo",
        "python -m pytest",
    ]
    assert "--dist loadgroup tests/unit -k money" in said[-1]


@pytest.mark.parametrize("name", ["ruff", "mypy", "lint-imports"])
def test_one_failing_check_fails_the_whole_and_hides_no_other(
    checked: Environment, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    _checker(checked, name, 1)
    assert run_checks(checked, []) == 1
    said = capfd.readouterr().out.splitlines()
    assert said[-1].startswith("python -m pytest")
    assert sum("FAILED" in line for line in said) == (2 if name == "ruff" else 1)


def test_pytest_alone_decides_when_the_static_checks_pass(checked: Environment) -> None:
    _checker(checked, "python", 5)
    assert run_checks(checked, []) == 5


def test_settings_of_this_machine_do_not_reach_the_tests(
    checked: Environment, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YINGCE_PORT", "9999")
    run_checks(checked, ["-n0"])
    said = capfd.readouterr().out
    assert "9999" not in said
    assert "python -m pytest -n0 port=" in said
