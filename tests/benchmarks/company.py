"""What builder and contestants agree on: sizes, the account, where the database is. Imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path

USERNAME = "bench"
PASSWORD = "Bench-Horse-9"
DEPARTMENTS = 8
EMPLOYEES = 500
REGIONS = 300
SOURCES = 5
_FULL = {"customer": 1_000_000, "partner": 5_000, "marketing_plan": 50_000, "purchase": 2_000_000,
         "approval_instance": 100_000, "step_run": 100_000, "assignment": 1_000_000}  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """Rows per table.

    Args:
        scale: 1.0 is the data set of the design note.
    """

    scale: float = 1.0

    def of(self, table: str) -> int:
        """Return how many rows a table gets."""
        return max(200, int(_FULL[table] * self.scale))


@dataclass(frozen=True)
class Database:
    """A filled database: what it is, where it is, and the portal's folder that goes with it."""

    name: str
    url: str
    instance: Path
    sizes: Sizes
