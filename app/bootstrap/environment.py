"""Makes `.venv` and installs the locked packages into it, with uv when it is there, else with pip.

A stamp beside the packages holds the lock's digest, so that a second start does nothing here.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.bootstrap.console import BootstrapError, from_os_error, say
from app.bootstrap.failures import explain, is_worth_pip

LOCKS = {"run": ("requirements.lock",), "test": ("requirements.lock", "requirements-test.lock")}
_REDIRECTS = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PYTHONHOME")


@dataclass(frozen=True)
class Environment:
    """The private Python of the project in ``root``."""

    root: Path

    @property
    def folder(self) -> Path:
        """``.venv``."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def log(self) -> Path:
        """What the installers said last."""
        return self.folder / "install.log"

    def is_running(self) -> bool:
        """Whether this very process runs inside it."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def prepare(self, purpose: str) -> bool:
        """Bring the environment up to the locks of ``purpose`` ("run" or "test").

        Returns:
            Whether anything had to be installed.

        Raises:
            BootstrapError: with the plain line.
        """
        missing = [lock for lock in LOCKS[purpose] if not self._is_installed(lock)]
        if not missing:
            return False
        try:
            with self._held():
                self._make()
                for lock in LOCKS[purpose]:
                    if not self._is_installed(lock):
                        self._install(lock)
        except OSError as error:
            raise from_os_error(error, f"Preparing {self.folder}") from error
        return True

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Let one process prepare at a time; a second one waits, and finds the work done."""
        self.folder.mkdir(exist_ok=True)
        with (self.folder / ".preparing").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another run.py prepares this folder; waiting for it …")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        """Make the environment without pip; installing finds its own way to one."""
        if _works(self.python):
            return
        say(f"Making {self.folder} …")
        # --clear would remove the lock file that is held: only what a broken environment left is removed
        rest = [self.folder / part for part in ("bin", "include", "lib", "lib64", "pyvenv.cfg")]
        for path in [*rest, *self.folder.glob("*.installed")]:
            if path.is_symlink() or path.is_file():
                path.unlink()
            elif path.is_dir():
                shutil.rmtree(path)
        done = _run([sys.executable, "-m", "venv", "--without-pip", str(self.folder)])
        if done.returncode == 0:
            return
        if "No module named venv" in done.stdout:
            raise BootstrapError(
                "This Python has no venv module: run `apt-get install python3-venv` "
                "(or your system's equivalent), then run the command again."
            )
        raise self._failure(done.stdout, f"Making {self.folder}")

    def _install(self, lock: str) -> None:
        path = self.root / lock
        if not path.is_file():
            raise BootstrapError(f"{path} is missing: check the project out again.")
        packages = sum(
            1 for line in path.read_text(encoding="utf-8").splitlines() if line and line[0].isalnum()
        )
        uv = shutil.which("uv")
        done = None
        if uv:
            say(f"Installing {packages} packages of {lock} with uv …")
            done = self._logged(
                [uv, "pip", "install", "--quiet", "--python", str(self.python), *_locked(path)], expected=True
            )
        if done is None or (done.returncode != 0 and is_worth_pip(done.stdout)):
            # uv does not read pip's configuration: where only pip knows the mirror, pip still works
            command = self._pip()
            say(f"Installing {packages} packages of {lock} with pip; this takes a minute or two …")
            options = [
                "--quiet",
                "--no-user",
                "--no-input",
                "--no-compile",
                "--progress-bar",
                "off",
                "--retries",
                "2",
            ]
            done = self._logged([*command, "install", *options, *_locked(path)])
        if done.returncode != 0:
            raise self._failure(done.stdout, f"Installing {lock}")
        self._stamp(lock).write_text(self._digest(lock), encoding="ascii")

    def _pip(self) -> list[str]:
        """A pip that installs into the environment: its own, else one from ensurepip, else the one outside."""
        own = [str(self.python), "-m", "pip"]
        if _run([*own, "--version"]).returncode == 0:
            return own
        if importlib.util.find_spec("ensurepip") is not None:
            done = self._logged([str(self.python), "-m", "ensurepip", "--upgrade"])
            if done.returncode == 0:
                return own
        outer = [sys.executable, "-m", "pip", "--python", str(self.python)]
        if _run([*outer, "--version"]).returncode == 0:
            return outer
        raise BootstrapError(
            "There is neither uv nor a pip for the project's environment: "
            "run `apt-get install python3-venv` (or your system's equivalent), then run the command again."
        )

    def _logged(self, command: list[str], *, expected: bool = False) -> "subprocess.CompletedProcess[str]":
        """Run an installer and keep what it said, so that one line on the screen is enough."""
        done = _run(command)
        with self.log.open("w" if expected else "a", encoding="utf-8") as file:
            file.write(f"$ {' '.join(command)}\n{done.stdout}\nexit code {done.returncode}\n")
        return done

    def _failure(self, output: str, what: str) -> BootstrapError:
        detail = f" (what the installer said: {self.log})" if self.log.exists() else ""
        return BootstrapError(f"{what} failed: {explain(output)}{detail}.")

    def _stamp(self, lock: str) -> Path:
        return self.folder / f"{lock}.installed"

    def _digest(self, lock: str) -> str:
        """Changes with the lock and with the interpreter behind the environment."""
        content = (self.root / lock).read_bytes() + os.path.realpath(self.python).encode()
        return hashlib.sha256(content).hexdigest()

    def _is_installed(self, lock: str) -> bool:
        try:
            return self.python.exists() and self._stamp(lock).read_text(encoding="ascii") == self._digest(
                lock
            )
        except FileNotFoundError:
            return False
        except OSError as error:
            raise from_os_error(error, f"Reading {self.folder}") from error


def _locked(path: Path) -> list[str]:
    return ["--require-hashes", "--no-deps", "-r", str(path)]


def _works(python: Path) -> bool:
    """Whether the interpreter starts and is one of ours: an upgrade of the system's Python breaks it."""
    if not os.access(python, os.X_OK):
        return False
    return _run([str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).returncode == 0


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run quietly; output and errors together in ``stdout``."""
    environ = {name: value for name, value in os.environ.items() if name not in _REDIRECTS}
    environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environ,
        check=False,
    )
