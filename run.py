#!/usr/bin/env python3
"""The portal's one entry: WSGI object and command line.

``python3 run.py [serve|setup|test]`` prepares everything, then serves or checks; it needs Python's own library
only, until it starts itself again inside ``.venv``. ``flask --app run ...`` and WSGI servers find ``create_app``
and ``app`` here. The syntax of this file stays readable for old Pythons, so that they can say that they are old.
"""

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).resolve().parent
OLDEST_PYTHON = (3, 11)


def create_app() -> "Flask":
    """The whole application with the settings of the environment."""
    from app.cli import register
    from app.factory import create_app as build

    application = build()
    register(application)
    return application


def __getattr__(name: str) -> "Flask":
    """``run.app`` for WSGI servers, made when it is first asked for and kept."""
    if name != "app":
        raise AttributeError(f"module 'run' has no attribute {name!r}")
    application = create_app()
    globals()["app"] = application
    return application


def _serve() -> int:
    """Serve from inside ``.venv``, where packages may be imported."""
    gc.disable()  # importing makes half a million objects that all stay: looking for garbage costs a tenth of the start
    from app.serving import serve

    gc.freeze()
    gc.enable()
    return serve()


def main(arguments: "list[str]") -> int:
    """Run one command; gives the exit code."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        print(
            f"Yingce needs Python 3.11 or later, this is {found}: install a later one and run it with python3.11."
        )
        return 1
    from app.bootstrap.commands import run

    return run(ROOT, arguments, serve=_serve)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
