"""What is done with the ticked rows of a list: each row in a transaction of its own, and a report of every row (R106).

Nothing here knows more than the buttons of a record's own page: the same rights, the same services, the same
sentences. A row that is refused does not stop the others; a database that is gone does.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import abort, render_template, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, Conflict, NotFound, RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.services import approvals
from models.approvable import Approvable
from views.approval_keys import request_key
from views.errors import log_refusal
from views.exporting import ExportPages
from views.interface import row_key
from views.screen_base import Answer

MOST_ROWS = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BulkAction:
    """One button of the bar below the filters.

    Attributes:
        verb: the right that it needs.
        question: asked before; `{count}` stands for the number of ticked rows. None: nothing changes.
    """

    name: str
    verb: str
    label: Any
    icon: str
    question: Any = None
    style: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of one row.

    Attributes:
        sentence: why it was refused; None for what is done.
    """

    key: int
    title: str
    sentence: str | None = None


EXPORTS = (
    BulkAction("xlsx", "export", _l("Export to Excel"), "download"),
    BulkAction("csv", "export", _l("Export as CSV"), "download"),
)
SUBMIT = BulkAction(
    "submit",
    "submit",
    _l("Submit for approval"),
    "send",
    _l("Submit {count} records for approval?"),
    "primary",
)
DELETE = BulkAction(
    "delete",
    "delete",
    _l("Delete"),
    "trash",
    _l("Move {count} records into the bin? They can be restored."),
    "danger",
)
DELETE_LINES = BulkAction(
    "delete", "delete", _l("Delete"), "trash", _l("Delete {count} lines for good?"), "danger"
)
RESTORE = BulkAction(
    "restore", "restore", _l("Restore"), "arrow-back-up", _l("Restore {count} records?"), "primary"
)
_DONE = {
    "submit": _l("Submitted for approval."),
    "delete": _l("Deleted."),
    "restore": _l("Restored."),
}


class BulkPages(ExportPages):
    """Bulk actions of a list."""

    def bulk_actions(self, *, is_bin: bool = False) -> tuple[BulkAction, ...]:
        """Return what the actor may do with ticked rows here."""
        if is_bin:
            offered: tuple[BulkAction, ...] = (RESTORE,)
        else:
            is_approvable = issubclass(self.datamodel.obj, Approvable)
            submit = (SUBMIT,) if is_approvable else ()
            offered = (*submit, *EXPORTS, DELETE if self.has_bin() else DELETE_LINES)
        return tuple(action for action in offered if self.may(action.verb))

    @expose("/bulk", methods=["POST"])
    @has_access
    @permission_name("list")
    def bulk(self) -> Answer:
        """Do one thing with each ticked row and tell what became of each; or export these rows."""
        keys = _ticked()
        wanted = request.form.get("action", "")
        offered = (SUBMIT, *EXPORTS, DELETE, RESTORE)
        action = next((action for action in offered if action.name == wanted), None)
        if action is None:
            raise BadInput("bad-action", _l("Choose what to do with the ticked rows."), field="action")
        if not self.may(action.verb):
            abort(403)
        if action in EXPORTS:
            chosen = self.selection(self.parse(request.args)).only(keys)
            return self.xlsx_answer(chosen) if action.name == "xlsx" else self.csv_answer(chosen)
        outcomes = self._outcomes(keys, self._commands()[action.name], is_bin=action is RESTORE)
        return self._report(action, outcomes)

    def _commands(self) -> dict[str, Callable[[Any], None]]:
        return {"delete": self.datamodel.delete, "restore": self.datamodel.restore, "submit": self._submit}

    def _submit(self, record: Any) -> None:
        with unit_of_work():
            approvals.submit(current_actor(), record=record, request_key=request_key())

    def _outcomes(
        self, keys: Sequence[int], command: Callable[[Any], None], *, is_bin: bool
    ) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for place, key in enumerate(keys):
            try:
                outcomes.append(self._outcome(key, command, is_bin=is_bin))
            except OperationalError:
                db.session.rollback()
                _log.exception("the database went away in the middle of a bulk action")
                sentence = _("The database is not reachable just now. Try again in a moment.")
                outcomes += [Outcome(left, f"#{left}", sentence) for left in keys[place:]]
                break
        return outcomes

    def _outcome(self, key: int, command: Callable[[Any], None], *, is_bin: bool) -> Outcome:
        """Do it with one row; a refusal and even a bug are told for this row and leave the others alone."""
        title = f"#{key}"
        try:
            record = self._row(key, is_bin=is_bin)
            title = str(record)
            command(record)
        except RuleViolation as refusal:
            db.session.rollback()
            log_refusal(refusal, record_type=self.datamodel.obj.__tablename__, record_id=key)
            return Outcome(key, title, str(refusal))
        except StaleDataError:
            db.session.rollback()
            problem = Conflict(_l("Somebody else changed this record. Your changes were not saved."))
            log_refusal(problem, record_type=self.datamodel.obj.__tablename__, record_id=key)
            return Outcome(key, title, str(problem))
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001  what was done with the rows before must be told all the same
            db.session.rollback()
            number = uuid4().hex[:12]
            _log.exception("a bulk action failed with row %s, error %s", key, number)
            return Outcome(
                key, title, _("An error on our side. It was logged under number %(id)s.", id=number)
            )
        return Outcome(key, title)

    def _row(self, key: int, *, is_bin: bool) -> Any:
        record = self.datamodel.find(current_actor(), key, deleted=is_bin)
        if record is None:
            raise NotFound("not-found", _l("There is nothing here, or it is not yours to see."))
        return record

    def _report(self, action: BulkAction, outcomes: Sequence[Outcome]) -> str:
        done = [outcome for outcome in outcomes if outcome.sentence is None]
        is_undoable = action is DELETE and self.has_bin() and self.may("restore")
        return render_template(
            "screen/bulk_report.html", screen=self, action=action, outcomes=outcomes, done=done,
            refused=len(outcomes) - len(done), undo=done if is_undoable else [], sentence=_DONE[action.name],
            has_pages=action.name != "delete" or self.has_bin(), back=self._list_address(),
        )  # fmt: skip

    def _list_address(self) -> str:
        arguments: dict[str, Any] = request.args.to_dict(flat=False)
        return url_for(f"{type(self).__name__}.list", **arguments)


def _ticked() -> list[int]:
    """Return the ticked keys of the form, each once, in their order.

    Raises:
        BadInput: none is ticked, one is no key, or there are more than `MOST_ROWS`.
    """
    keys = [row_key(text) for text in request.form.getlist("row")]
    ticked = list(dict.fromkeys(key for key in keys if key is not None))
    if not ticked or None in keys:
        raise BadInput("nothing-ticked", _l("Tick at least one row."), field="row")
    if len(ticked) > MOST_ROWS:
        raise BadInput("too-many-ticked", _l("Tick at most %(count)s rows.", count=MOST_ROWS), field="row")
    return ticked
