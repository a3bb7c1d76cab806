"""The contestants, each in a process of its own, asked in turn, request by request."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.company import Database

CONTESTANTS = ("yingce", "django", "django_tuned", "floor")


@dataclass(frozen=True)
class Measured:
    """One request: wall time and CPU of the worker in milliseconds, bytes of the answer."""

    wall: float
    cpu: float
    size: int


class Contestant:
    """The parent's end of one contestant; the other end is `tests.benchmarks.worker`."""

    def __init__(self, name: str, database: Database) -> None:
        self.name = name
        place = [database.name, database.url, str(database.instance), str(database.sizes.scale)]
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.worker", name, *place],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        hello = self._heard()
        self.start_seconds: float = hello["start"]
        self.cases = frozenset(hello["cases"])

    def run(self, key: str) -> Measured:
        """Make one request and return what it took."""
        return Measured(**self._ask(key))

    def memory(self) -> float:
        """Return the worker's resident memory in MB."""
        megabytes: float = self._ask("memory")
        return megabytes

    def stop(self) -> None:
        """End the process."""
        self._process.communicate("stop\n", timeout=20)

    def _ask(self, order: str) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            message = f"{self.name} has stopped; its reason stands above"
            raise SystemExit(message)
        return json.loads(line)
