"""The system libraries, fonts and programs that no Python package brings: found, installed or named.

Debian's names are used, as on Ubuntu and every system with apt-get; elsewhere the names are told.
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.bootstrap.console import say

SETTING = "YINGCE_SYSTEM_PACKAGES"
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Need:
    """Something outside Python: the packages that bring it, why, and how to see that it is there."""

    packages: tuple[str, ...]
    why: str
    is_met: Callable[[], bool]


def _library(*names: str) -> Callable[[], bool]:
    def is_met() -> bool:
        try:
            for name in names:
                ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return is_met


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _has_chinese_font() -> bool:
    """Ask fontconfig, which is what draws the PDFs; without its program nothing is known, so it counts as missing."""
    if not shutil.which("fc-list"):
        return False
    done = subprocess.run(["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


_PDF_LIBRARIES = (
    "libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0", "libharfbuzz-subset.so.0", "libfontconfig.so.1",
)  # fmt: skip
NEEDS = {
    "run": (
        Need(
            ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fontconfig"),
            "PDFs are drawn with them",
            _library(*_PDF_LIBRARIES),
        ),
        Need(("fonts-noto-cjk",), "PDFs need a Chinese font", _has_chinese_font),
    ),
    "test": (
        Need(("chromium",), "the browser tests drive it", _program(*_CHROMIUM)),
        Need(("poppler-utils",), "the tests look at PDF pages with it", _program("pdftoppm")),
    ),
}


def missing(purpose: str) -> list[Need]:
    """What is not there of the needs of ``purpose`` ("run", or "test" which includes run)."""
    needs = NEEDS["run"] if purpose == "run" else NEEDS["run"] + NEEDS["test"]
    return [need for need in needs if not need.is_met()]


def prepare(
    purpose: str, memory: Path, environ: Mapping[str, str] = os.environ, *, again: bool = False
) -> list[Need]:
    """Install what is missing where that is allowed, else name the one command to run.

    Args:
        purpose: "run" or "test".
        memory: file that remembers a failed attempt, so that later starts only name the command.
        environ: read for YINGCE_SYSTEM_PACKAGES (auto or never).
        again: try even when the last attempt failed.

    Returns:
        What is still missing. Never raises for a failed installation: the portal runs, its PDFs say what is missing.
    """
    needs = missing(purpose)
    if not needs:
        return []
    packages = [package for need in needs for package in need.packages]
    wanted = " ".join(packages)
    apt = None if environ.get(SETTING) == "never" else _apt()
    is_known_to_fail = not again and memory.is_file() and memory.read_text(encoding="utf-8") == wanted
    if apt and not is_known_to_fail and os.access(memory.parent, os.W_OK):
        say(f"Installing system packages: {wanted} …")
        if _install(apt, packages, memory.with_suffix(".log")):
            needs = missing(purpose)
        if needs:
            memory.write_text(wanted, encoding="utf-8")
    for line in advice(needs):
        say(line)
    return needs


def advice(needs: list[Need]) -> list[str]:
    """What a person has to do about ``needs``: why, and the one command."""
    if not needs:
        return []
    packages = " ".join(package for need in needs for package in need.packages)
    reasons = "; ".join(need.why for need in needs)
    if not shutil.which("apt-get"):
        return [
            f"Missing on this system ({reasons}): install, under your system's names for them, {packages}."
        ]
    sudo = "" if os.geteuid() == 0 else "sudo "
    return [
        f"Missing on this system ({reasons}); please run once:",
        f"  {sudo}apt-get update && {sudo}apt-get install --yes --no-install-recommends {packages}",
    ]


def _apt() -> list[str] | None:
    """The words before apt-get's own, where packages may be installed without asking anybody."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if not shutil.which("sudo"):
        return None
    may = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"] if may else None


def _install(apt: list[str], packages: list[str], log: Path) -> bool:
    """Install with the package lists as they are, then once more with fresh lists."""
    options = ["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2"]
    install = [*apt, *options, "install", "--yes", "--no-install-recommends", *packages]
    with log.open("w", encoding="utf-8") as file:
        for command in (install, [*apt, *options, "update"], install):
            done = subprocess.run(
                command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False
            )
            if command is install and done.returncode == 0:
                return True
    say(f"The system packages could not be installed; what apt-get said is in {log}.")
    return False
