"""One contestant in a process of its own: answers orders on standard input with JSON on standard output."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.company import Database, Sizes


def _contestant(name: str, database: Database) -> Any:
    """Import this contestant only: its memory and its start are measured."""
    if name == "yingce":
        from tests.benchmarks.yingce import Yingce  # noqa: PLC0415

        return Yingce(database)
    if name == "floor":
        from tests.benchmarks.floor import Floor  # noqa: PLC0415

        return Floor(database)
    from tests.benchmarks.django_admin import DjangoAdmin  # noqa: PLC0415

    return DjangoAdmin(database, "tuned" if name == "django_tuned" else "plain")


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1024**2


def main() -> None:
    """Start, log in, then run the case whose key comes in, until told to stop."""
    name, kind, url, instance, scale = sys.argv[1:]
    start = time.perf_counter()
    contestant = _contestant(name, Database(kind, url, Path(instance), Sizes(float(scale))))
    started = time.perf_counter() - start
    contestant.log_in()
    runs = contestant.runs()
    _say({"start": started, "cases": sorted(runs)})
    for line in sys.stdin:
        order = line.strip()
        if order == "stop":
            return
        _say(_memory_mb() if order == "memory" else _measured(contestant, runs, order))


def _measured(contestant: Any, runs: dict[str, Any], key: str) -> dict[str, float]:
    contestant.before(key)
    run = runs[key]
    wall, cpu = time.perf_counter(), time.process_time()
    size = run()
    return {
        "wall": (time.perf_counter() - wall) * 1000,
        "cpu": (time.process_time() - cpu) * 1000,
        "size": size,
    }


def _say(answer: object) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
