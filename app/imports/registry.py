"""What can be imported: one row per kind; command line, portal and tests walk it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.core.i18n import lazy_gettext as _l
from app.imports import customers, purchases
from app.imports.mapping import Field
from app.imports.order import ImportOrder, Progress, Stored
from app.imports.problems import Problems
from app.imports.spool import Spool
from models.imports import ImportKind


class Import(Protocol):
    """One reading of one file: rows are taken first, without the database, and stored afterwards."""

    def take(self, line: int, values: dict[str, Any]) -> None:
        """Check a row and keep it; raises RowRefused."""

    def refused(self, line: int, values: dict[str, Any]) -> None:
        """Hear that a row was refused; `values` holds what could be read of it."""

    def store(self, session: Session, batch_id: int, progress: Progress) -> Stored:
        """Store what was kept in the session's transaction; add what is refused only now to the problems."""


@dataclass(frozen=True, slots=True)
class Importer:
    """One kind of import.

    Attributes:
        key: value of `models.imports.ImportKind`.
        fields: what it takes from a row; the first one names the record that a row belongs to.
        has_times: its file holds local times and prices, so that zone and currency matter.
        begin: makes the reading.
    """

    key: str
    label: Any
    fields: tuple[Field, ...]
    has_times: bool
    begin: Callable[[ImportOrder, Problems, Spool], Import]


IMPORTERS: dict[str, Importer] = {
    importer.key: importer
    for importer in (
        Importer(
            ImportKind.CUSTOMERS.value, _l("Customers"), customers.FIELDS, False, customers.CustomerImport
        ),
        Importer(
            ImportKind.PURCHASES.value, _l("Purchases"), purchases.FIELDS, True, purchases.PurchaseImport
        ),
    )
}
