"""Which requests are measured, and what performance.md asks of each."""

from dataclasses import dataclass

LIST_PEER, LIST_FLOOR = 0.10, 4.0
SEARCH_PEER = 0.05


@dataclass(frozen=True)
class Goal:
    """What Yingce shall reach; every part that is given must hold.

    Attributes:
        peer: most, as a share of Django admin's time.
        floor: most, as a multiple of the floor's time.
        sqlite_ms, postgresql_ms: most, in milliseconds.
        cpu_ms: most CPU of the worker, in milliseconds.
    """

    peer: float | None = None
    floor: float | None = None
    sqlite_ms: float | None = None
    postgresql_ms: float | None = None
    cpu_ms: float | None = None

    @classmethod
    def within(cls, milliseconds: float) -> "Goal":
        """Return a goal in milliseconds, the same on both databases."""
        return cls(sqlite_ms=milliseconds, postgresql_ms=milliseconds)


@dataclass(frozen=True)
class Case:
    """One request; a contestant that cannot make it answers `None` for its key."""

    key: str
    title: str
    goal: Goal
    repeats: int = 1
    """Share of the rounds in which it runs: 1 in each, 4 in every fourth (slow ones)."""


LIST = Goal(peer=LIST_PEER, floor=LIST_FLOOR)
SMALL_LIST = Goal(floor=LIST_FLOOR)
"""Of a table below a million rows: the peer does not suffer there yet."""
SEARCH = Goal(peer=SEARCH_PEER)

CASES = (
    Case("list", "customers, page 1", LIST),
    Case("list_purchases", "purchases (2 M), page 1", LIST),
    Case("list_plans", "plans (50,000), page 1", SMALL_LIST),
    Case("list_partners", "partners (5,000), page 1", SMALL_LIST),
    Case("deep_offset", "customers, page 10,000 by offset", Goal()),
    Case("deep_keyset", "the same by keyset", Goal.within(10)),
    Case("contains_1", "name contains 1 character", SEARCH),
    Case("contains_2", "name contains 2 characters", SEARCH),
    Case("contains_3", "name contains 3 characters", SEARCH),
    Case("quick_2", "quick search, 2 characters", SEARCH),
    Case("prefix", "name begins with 2 characters", SEARCH),
    Case("filter", "grade is one of two", SEARCH),
    Case("sort", "sorted by name", LIST),
    Case("show", "customer, show", Goal.within(10)),
    Case("edit", "customer, edit form", Goal.within(10)),
    Case("add", "agreement, add form (5,000 partners)", Goal.within(10)),
    Case("add_million", "purchase, add form (1 M customers)", Goal.within(10)),
    Case("post", "customer, post with rules, audit, outbox", Goal(sqlite_ms=20, postgresql_ms=30)),
    Case("rest", "REST list of 100 rows", Goal.within(10)),
    Case("csv", "CSV of 100,000 rows", Goal(cpu_ms=1000), repeats=8),
    Case("inbox", "inbox with badge, 1 M assignments", Goal.within(10)),
)
NEEDLES = {
    "contains_1": "伟",
    "contains_2": "伟芳",
    "contains_3": "王伟芳",
    "quick_2": "伟芳",
    "prefix": "王伟",
}
