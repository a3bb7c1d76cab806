"""The table of one run: medians, ratios, and whether each goal is met."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.contest import CONTESTANTS, Measured

Times = Mapping[tuple[str, str], list[Measured]]
"""Contestant and case → every measured request."""
Wall = Callable[[str, str], float | None]
MEMORY_GOAL, START_GOAL = 120, 3.0


@dataclass(frozen=True)
class Outcome:
    """Everything that one database's run measured; memory in MB after the start and at the end, start in seconds."""

    database: str
    times: Times
    memory: Mapping[str, tuple[float, float]]
    start: Mapping[str, float]

    def wall(self, name: str, key: str) -> float | None:
        """Return the median wall time of a contestant's request."""
        measured = self.times.get((name, key))
        return median(one.wall for one in measured) if measured else None

    def best(self, name: str, key: str) -> float | None:
        """Return the quickest: the one that other programs of the machine disturbed least."""
        measured = self.times.get((name, key))
        return min(one.wall for one in measured) if measured else None

    def cpu(self, name: str, key: str) -> float | None:
        """Return the median CPU time of a contestant's request."""
        measured = self.times.get((name, key))
        return median(one.cpu for one in measured) if measured else None


def _number(value: float | None, form: str = "{:.1f}") -> str:
    return "–" if value is None else form.format(value)


def _ratio(one: float | None, other: float | None) -> float | None:
    return None if one is None or not other else one / other


def misses(outcome: Outcome, case: Case, wall: Wall) -> list[str]:
    """Return which parts of a goal are missed, in words.

    Args:
        wall: tells a contestant's time for a case, `outcome.wall` or `outcome.best`.
    """
    own = wall("yingce", case.key)
    if own is None:
        return ["not measured"]
    goal = case.goal
    most = goal.sqlite_ms if outcome.database == "sqlite" else goal.postgresql_ms
    checks = (
        (_ratio(own, wall("django", case.key)), goal.peer, "{:.3f} × Django, goal {:.2f}"),
        (_ratio(own, wall("floor", case.key)), goal.floor, "{:.1f} × floor, goal {:.0f}"),
        (own, most, "{:.1f} ms, goal {:.0f}"),
        (outcome.cpu("yingce", case.key), goal.cpu_ms, "{:.0f} ms CPU, goal {:.0f}"),
    )
    return [text.format(value, limit) for value, limit, text in checks
            if value is not None and limit is not None and value > limit]  # fmt: skip


def _verdict(outcome: Outcome, case: Case, wall: Wall) -> str:
    missed = misses(outcome, case, wall)
    if missed:
        return "**not met**: " + "; ".join(missed)
    has_goal = any(part is not None for part in vars(case.goal).values())
    return "met" if has_goal else "–"


def table(outcome: Outcome) -> str:
    """Return the Markdown of one database."""
    lines = [
        f"### {outcome.database}",
        "",
        "| request | Yingce | CPU | Django admin | tuned by hand | floor | × Django | × tuned | × floor | best | KB | goal, by median | goal, by best |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for case in CASES:
        walls = {name: outcome.wall(name, case.key) for name in CONTESTANTS}
        own = walls["yingce"]
        measured = outcome.times.get(("yingce", case.key))
        cells = [
            case.title, _number(own), _number(outcome.cpu("yingce", case.key)), _number(walls["django"]),
            _number(walls["django_tuned"]), _number(walls["floor"]),
            _number(_ratio(own, walls["django"]), "{:.3f}"), _number(_ratio(own, walls["django_tuned"]), "{:.3f}"),
            _number(_ratio(own, walls["floor"])), _number(outcome.best("yingce", case.key)),
            _number(measured[0].size / 1024 if measured else None),
            _verdict(outcome, case, outcome.wall), _verdict(outcome, case, outcome.best),
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", *_worker_lines(outcome)]
    return "\n".join(lines)


def _worker_lines(outcome: Outcome) -> list[str]:
    lines = ["| worker | start to first answer, s | MB after log-in | MB at the end |", "|---|---|---|---|"]
    for name in CONTESTANTS:
        if name in outcome.start:
            before, after = outcome.memory[name]
            lines.append(f"| {name} | {outcome.start[name]:.1f} | {before:.0f} | {after:.0f} |")
    if "yingce" in outcome.start:
        start = "met" if outcome.start["yingce"] <= START_GOAL else "**not met**"
        memory = "met" if outcome.memory["yingce"][1] <= MEMORY_GOAL else "**not met**"
        lines += ["", f"Start ≤ {START_GOAL:.0f} s: {start}. Memory ≤ {MEMORY_GOAL} MB: {memory}."]
    return lines
