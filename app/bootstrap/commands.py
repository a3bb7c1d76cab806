"""The three commands: serve, setup, test."""

import os
from collections.abc import Callable
from pathlib import Path

from app.bootstrap import checks, system
from app.bootstrap.console import BootstrapError, from_os_error, say
from app.bootstrap.environment import Environment

USAGE = """Usage: python3 run.py [serve | setup | test [pytest arguments]]

  serve   prepare what is missing, then serve the portal (the default)
  setup   prepare only: .venv, locked packages, system libraries and fonts
  test    prepare what the tests need on top, then run every check

Settings are environment variables, listed in docs/settings.md.
Everything else is `.venv/bin/flask --app run --help`."""
_INSIDE = "--prepared"  # the second start of this file, inside .venv


def run(root: Path, arguments: list[str], *, serve: Callable[[], int]) -> int:
    """Run one command line.

    Args:
        root: the project folder.
        arguments: what stands behind ``run.py``.
        serve: serves the portal; called inside ``.venv`` only.

    Returns:
        The exit code: 1 after a plain line about a failure, 2 for a command that does not exist.
    """
    if os.name != "posix":
        say(
            "Yingce runs on Linux and macOS; on Windows start it inside WSL (https://learn.microsoft.com/windows/wsl)."
        )
        return 1
    command, rest = (arguments[0], arguments[1:]) if arguments else ("serve", [])
    if command in {"-h", "--help", "help"}:
        say(USAGE)
        return 0
    if command not in {"serve", "setup", "test"} or (rest and command != "test" and rest != [_INSIDE]):
        say(USAGE)
        return 2
    try:
        return _run(Environment(root), command, rest, serve)
    except BootstrapError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(str(from_os_error(error, "Preparing")))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def _run(environment: Environment, command: str, rest: list[str], serve: Callable[[], int]) -> int:
    if rest == [_INSIDE]:
        return serve()
    _prepare(environment, command)
    if command == "setup":
        say("Everything is prepared; start the portal with `python3 run.py`.")
        return 0
    if command == "test":
        return checks.run_checks(environment, rest)
    if not environment.is_running():
        script = str(environment.root / "run.py")
        os.execv(environment.python, [str(environment.python), script, "serve", _INSIDE])  # noqa: S606 - no shell
    return serve()


def _prepare(environment: Environment, command: str) -> None:
    purpose = "test" if command == "test" else "run"
    environment.prepare(purpose)
    memory = environment.folder / f"system-{purpose}.missing"
    needs = system.prepare(purpose, memory, again=command != "serve")
    if needs and command == "test":
        raise BootstrapError(
            "The tests need the packages named above: install them and run the command again."
        )
