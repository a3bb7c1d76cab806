"""`python -m tests.benchmarks`: measures and prints; never fails because something was slow."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.company import Database, Sizes
from tests.benchmarks.contest import CONTESTANTS, Contestant, Measured
from tests.benchmarks.databases import filled
from tests.benchmarks.report import Outcome, table

WARM_UP = 3


def measure(database: Database, names: Iterable[str], cases: Iterable[Case], rounds: int) -> Outcome:
    """Run every case by every contestant in turn, `rounds` times, and return what it took."""
    contestants = [Contestant(name, database) for name in names]
    cases = list(cases)
    times: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    memory = {one.name: one.memory() for one in contestants}
    for number in range(-WARM_UP, rounds):
        for case in cases:
            if not _runs_in(case, number):
                continue
            for one in contestants:
                if case.key in one.cases:
                    measured = one.run(case.key)
                    if number >= 0:
                        times[one.name, case.key].append(measured)
        print(f"\r{database.name}: round {number + 1} of {rounds}", end="", file=sys.stderr)
    print(file=sys.stderr)
    both = {one.name: (memory[one.name], one.memory()) for one in contestants}
    for one in contestants:
        one.stop()
    return Outcome(database.name, times, both, {one.name: one.start_seconds for one in contestants})


def _runs_in(case: Case, number: int) -> bool:
    """Whether a case runs in a round; rounds below 0 warm up, a slow case but once."""
    return case.repeats == 1 or number == -1 or (number >= 0 and number % case.repeats == 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/yingce-benchmarks"),
                        help="where the data sets are kept; as root, open to other users")  # fmt: skip
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is a million customers")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="keys of cases, separated by commas")
    parser.add_argument("--contestants", default=",".join(CONTESTANTS))
    parser.add_argument("--keep", action="store_true", help="use a data set built for another schema")
    return parser.parse_args()


def main() -> None:
    """Build what is missing, measure, print."""
    arguments = _arguments()
    wanted = [key for key in arguments.only.split(",") if key]
    cases = [case for case in CASES if not wanted or case.key in wanted]
    names = ("sqlite", "postgresql") if arguments.database == "both" else (arguments.database,)
    for name in names:
        sizes = Sizes(arguments.scale)
        with filled(name, arguments.folder, sizes, _tell, keep=arguments.keep) as database:
            outcome = measure(database, arguments.contestants.split(","), cases, arguments.rounds)
        print(table(outcome), flush=True)
        print()


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
