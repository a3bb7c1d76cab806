"""`python3 run.py test`: the static checks, then the tests, as one command with one exit code."""

import os
import subprocess
import time
from pathlib import Path

from app.bootstrap.console import say
from app.bootstrap.environment import Environment

STATIC_CHECKS = (
    ("ruff check", ("ruff", "check", "--quiet")),
    ("ruff format", ("ruff", "format", "--check", "--quiet")),
    ("mypy", ("mypy", "--no-error-summary")),
    ("lint-imports", ("lint-imports", "--no-logo")),
)
_MOST_WORKERS = 4


def run_checks(environment: Environment, arguments: list[str]) -> int:
    """Run every check even when an earlier one fails; pytest is last, so that its closing line is the last one.

    Args:
        environment: prepared for tests.
        arguments: passed on to pytest.

    Returns:
        0 when all pass, else 1, or pytest's own code when only pytest objects.
    """
    environ = clean_environ(environment)
    failed = []
    for name, command in STATIC_CHECKS:
        started = time.monotonic()
        done = _run(environment.root, [str(environment.folder / "bin" / command[0]), *command[1:]], environ)
        took = time.monotonic() - started
        say(f"{name}: {'passed' if done == 0 else 'FAILED'} in {took:.1f} s")
        if done != 0:
            failed.append(name)
    if failed:
        say(f"Static checks that failed: {', '.join(failed)} (see above); the tests run all the same.")
    tests = _run(
        environment.root, [str(environment.python), "-m", "pytest", *_workers(arguments), *arguments], environ
    )
    return tests or (1 if failed else 0)


def clean_environ(environment: Environment) -> dict[str, str]:
    """The environment for checks: the project's own programs first, and none of this machine's settings."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("YINGCE_", "FLASK_"))
    }
    environ["PATH"] = f"{environment.folder / 'bin'}{os.pathsep}{environ.get('PATH', os.defpath)}"
    environ["VIRTUAL_ENV"] = str(environment.folder)
    return environ


def _workers(arguments: list[str]) -> list[str]:
    """Two to four test processes, unless the caller says how many or wants a debugger."""
    if any(argument.startswith(("-n", "--numprocesses", "--pdb", "-p")) for argument in arguments):
        return []
    return ["-n", str(max(2, min(_MOST_WORKERS, os.cpu_count() or 2))), "--dist", "loadgroup"]


def _run(folder: Path, command: list[str], environ: dict[str, str]) -> int:
    return subprocess.run(command, cwd=folder, env=environ, check=False).returncode
