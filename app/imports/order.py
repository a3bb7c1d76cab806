"""What is asked of an import, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from app.imports.problems import Problem

Progress = Callable[[int, int], None]
"""Told (done, total) rows now and then; may raise to stop the import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """One file to import.

    Attributes:
        kind: key of `app.imports.registry.IMPORTERS`.
        file_name: as the user knows it; `path` is where the file lies.
        source_id: the customer source in which receipt and customer numbers are unique.
        columns: field → header as chosen; the rest is detected.
        zone: of local times in the file.
        currency: three letters.
        owner_id, department_id: who is responsible for customers that the import makes.
    """

    kind: str
    path: Path
    file_name: str
    source_id: int
    zone: ZoneInfo
    owner_id: int
    department_id: int
    currency: str = "CNY"
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Stored:
    """What an importer stored.

    Attributes:
        rows: rows of the file that were stored; `unchanged` were there already.
        created: table → number of rows made.
        numbers: year, first and last number taken from the customers' series, if any.
        digest: SHA-256 over the stored rows (docs/algorithms/import.md).
    """

    rows: int = 0
    unchanged: int = 0
    created: dict[str, int] = field(default_factory=dict)
    numbers: tuple[int, int, int] | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an import.

    Attributes:
        batch_id: the stored batch; after a dry run None unless it had a draft.
        is_repeated: the file was imported before as that batch; nothing was changed.
        read: rows read = stored + unchanged + refused.
        form: how the file was read; `columns` is the mapping in force.
    """

    batch_id: int | None
    is_repeated: bool = False
    read: int = 0
    stored: int = 0
    unchanged: int = 0
    refused: int = 0
    created: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    form: str = ""
    digest: str = ""
