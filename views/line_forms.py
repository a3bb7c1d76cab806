"""Lines inside their parent's form: drawn as rows of a table, stored with the parent in one transaction.

A row is a small form of its own, named `lines-<kind>-<number>-<column>`. What it may do follows from the
lines' own screen: its columns, its rights, its service. A line keeps the version it was drawn from, as its
parent does; a line that no row names stays as it is.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from flask import request
from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from app.core.actor import current_actor
from app.core.db import db
from app.core.errors import BadInput, Conflict, NotAllowed, RuleViolation
from app.core.i18n import lazy_gettext as _l
from views.fields import Field, title_column
from views.formats import show_value
from views.forms import RelationField
from views.interface import row_key
from views.line_rows import InlineLines, Row, fill, is_empty, row_form

MOST_ROWS = 200
"""Rows of one kind in a form; a record with more lines keeps them on its own page."""
PLACEHOLDER = "__index__"
"""Stands for the row's number in the names of the template that `lines.js` copies."""


class LineGroup:
    """The lines of one kind in one form."""

    def __init__(self, inline: InlineLines, view: Any, parent: Any) -> None:
        self.inline = inline
        self.name = inline.name
        self.view = view
        self.most = MOST_ROWS
        self.may_add, self.may_edit, self.may_delete = (view.may(verb) for verb in ("add", "edit", "delete"))
        self.fields: list[Field] = [
            view.fields[name] for name in view.add_columns if name != view.parent_column
        ]
        stored = [] if parent is None else self._stored(type(parent), parent.id)
        self.is_whole = len(stored) <= MOST_ROWS
        self._lines = {line.id: line for line in stored} if self.is_whole else {}
        self.rows: list[Row] = list(self._posted() if request.method == "POST" else self._drawn())
        for number, row in enumerate(self.rows, start=1):
            row.number = number

    # -- reading -----------------------------------------------------------------------------------

    def _stored(self, parent_model: Any, parent_id: int) -> Sequence[Any]:
        """Read the lines that exist for the actor, with what their relations are called."""
        model = self.view.datamodel.obj
        relations = [one.relation for one in self.fields if one.relation is not None]
        declared = inspect(parent_model).relationships.get(self.name)
        order = (declared.order_by if declared is not None else None) or (model.id,)
        statement = (
            select(model)
            .where(getattr(model, self.view.parent_column) == parent_id)
            .where(self.view.datamodel.visible(current_actor()))
            .options(*(joinedload(getattr(model, name)) for name in relations))
            .order_by(*order)
            .limit(MOST_ROWS + 1)
        )
        return db.session.scalars(statement).all()

    def _drawn(self) -> Iterator[Row]:
        for number, line in enumerate(self._lines.values()):
            yield self._row(number, line, formdata=None)

    def _posted(self) -> Iterator[Row]:
        """Return the rows as they were typed, then the stored lines that no row names."""
        pattern = re.compile(rf"lines-{re.escape(self.name)}-([0-9]{{1,6}})-")
        numbers = {int(found[1]) for name in request.form if (found := pattern.match(name))}
        if len(numbers) > MOST_ROWS:
            raise BadInput(
                "too-many-lines", _l("At most %(count)s lines fit into one form.", count=MOST_ROWS)
            )
        left = dict(self._lines) if self.is_whole else {}
        for number in sorted(numbers) if self.is_whole else ():
            key = row_key(request.form.get(f"lines-{self.name}-{number}-row_key", ""))
            line = None if key is None else left.pop(key, None)
            row = self._row(number, line, formdata=request.form)
            is_given_up = row.form.is_removed.data == "1" or is_empty(row.form)
            if line is not None or not is_given_up:
                if key is not None and line is None:
                    row.forget_line()
                yield row
        behind = max(numbers, default=-1) + 1
        for number, line in enumerate(left.values(), start=behind):
            yield self._row(number, line, formdata=None)

    def _row(self, number: int | str, line: Any, *, formdata: Any) -> Row:
        form_class = row_form(self.inline.view, self._typed_columns(is_new=line is None))
        form = form_class(formdata=formdata, obj=line, prefix=f"lines-{self.name}-{number}-")
        row = Row(form, line, is_done=formdata is None)
        if line is not None:
            form.row_key.data = str(line.id)
            if formdata is None:
                form.row_version.data = str(line.row_version)
            self._describe(row, line)
        return row

    def _typed_columns(self, *, is_new: bool) -> tuple[str, ...]:
        if is_new:
            return tuple(one.name for one in self.fields)
        own = self.view.edit_columns if self.may_edit else ()
        return tuple(one.name for one in self.fields if one.name in own)

    def _describe(self, row: Row, line: Any) -> None:
        """Keep what the page shows of the stored line: a refusal later empties the record itself."""
        for one in self.fields:
            value = getattr(line, one.name)
            related = getattr(line, one.relation) if one.relation is not None else None
            title = None if related is None else str(getattr(related, title_column(type(related)).key))
            row.texts[one.name] = show_value(one, (value, title) if one.relation else value)
            self._title(row, one.name, value, title)
        if self.inline.total is not None:
            row.sums = str(getattr(line, self.inline.total.column))

    @staticmethod
    def _title(row: Row, name: str, value: Any, title: str | None) -> None:
        """Give a picker that still names the stored row the title of it."""
        if name in row.form and isinstance(row.form[name], RelationField) and row.form[name].data == value:
            row.form[name].title = title

    def empty_row(self) -> Row:
        """Return the row that a new one is copied from."""
        return self._row(PLACEHOLDER, None, formdata=None)

    # -- storing -----------------------------------------------------------------------------------

    def validate(self) -> bool:
        """Check every row that is not removed; all of them, so that all errors show at once."""
        checked = [row.form.validate() for row in self.rows if not (row.is_done or row.is_removed)]
        return all(checked) and not any(row.errors for row in self.rows)

    def is_freeing(self, parent: Any, form: Any) -> bool:
        """Whether the parent's limit falls, so that the lines must give way before it does."""
        limit = self.inline.total.limit if self.inline.total else None
        if limit is None or limit not in form or form[limit].data is None:
            return False
        return bool(form[limit].data < getattr(parent, limit))

    def refuse_stale(self) -> None:
        """Refuse rows whose line somebody else changed since they were drawn; sending them again overwrites.

        Raises:
            Conflict: there is such a row; it tells what is stored now.
        """
        conflict = Conflict(_l("Somebody else changed this line. Your changes were not saved."))
        stale = [
            row
            for row in self.rows
            if row.line is not None
            and not row.is_done
            and row.form.row_version.data != str(row.line.row_version)
            and (row.is_removed or row.changed())
        ]
        for row in stale:
            stored = ", ".join(f"{one.label}: {row.texts[one.name]}" for one in self.fields)
            row.errors += [conflict.message, _l("Stored now: %(values)s", values=stored)]
            row.form.row_version.data = str(row.line.row_version)
        if stale:
            raise conflict

    def store(self, parent_id: int, *, is_early: bool = False) -> None:
        """Delete, change and add what the rows say, each by its service and with its right.

        Args:
            is_early: only what frees room under the parent's limit: deletions and lowered lines.

        Raises:
            RuleViolation: the first refusal; its sentence stands at the row.
        """
        for row in self._in_order():
            if row.is_done or (is_early and not self._frees(row)):
                continue
            try:
                self._store_row(row, parent_id)
            except RuleViolation as refusal:
                row.refuse(refusal)
                raise
            row.is_done = True

    def _in_order(self) -> list[Row]:
        """Deletions first, then falling lines before rising ones, then new lines: room is freed before it is used."""
        kept = [row for row in self.rows if row.line is not None and not row.is_removed]
        removed = [row for row in self.rows if row.is_removed]
        new = [row for row in self.rows if row.line is None]
        return [*removed, *sorted(kept, key=self._rise), *new]

    def _rise(self, row: Row) -> Decimal:
        column = self.inline.total.column if self.inline.total else None
        if column is None or column not in row.form or row.form[column].data is None:
            return Decimal(0)
        return Decimal(row.form[column].data - getattr(row.line, column))

    def _frees(self, row: Row) -> bool:
        return row.is_removed or (row.line is not None and self._rise(row) < 0)

    def _store_row(self, row: Row, parent_id: int) -> None:
        datamodel = self.view.datamodel
        if row.is_removed:
            self._need(self.may_delete)
            datamodel.delete(row.line)
        elif row.line is None:
            self._need(self.may_add)
            line = datamodel.obj()
            with db.session.no_autoflush:
                setattr(line, self.view.parent_column, parent_id)
                fill(line, row.form)
            datamodel.add(line)
        elif row.changed():
            self._need(self.may_edit)
            with db.session.no_autoflush:
                fill(row.line, row.form)
            datamodel.edit(row.line)

    @staticmethod
    def _need(is_held: bool) -> None:
        if not is_held:
            raise NotAllowed("no-right", _l("Your role does not allow this."))


class LineForms:
    """All kinds of lines in one request's form of a screen's record."""

    def __init__(self, screen: Any, record: Any) -> None:
        self.groups = [
            LineGroup(inline, view, record)
            for inline in screen.inline_lines
            for view in screen._related_views
            if type(view) is inline.view and _is_offered(view, record)
        ]
        self.refusal: RuleViolation | None = None
        """The refusal of a row; its sentence stands there already."""

    def validate(self) -> bool:
        """Check all rows of all kinds."""
        results = [group.validate() for group in self.groups if group.is_whole]
        return all(results)

    @property
    def has_new(self) -> bool:
        """Whether storing adds lines."""
        return any(row.line is None for group in self.groups for row in group.rows)

    def free_room(self, parent: Any, form: Any) -> None:
        """Store what must give way before the parent changes: lines under a limit that falls.

        Args:
            form: the parent's form, not filled into the record yet.

        Raises:
            RuleViolation: a row is refused, or was changed by somebody else meanwhile.
        """
        for group in self.groups:
            self._try(group.refuse_stale)
        for group in self.groups:
            if group.is_freeing(parent, form):
                self._try(group.store, parent.id, is_early=True)

    def store(self, parent: Any) -> None:
        """Store the rows under their stored parent; what was stored early is unchanged now.

        Raises:
            RuleViolation: a row is refused.
        """
        for group in self.groups:
            self._try(group.store, parent.id)

    def _try(self, step: Callable[..., None], *args: Any, **options: Any) -> None:
        try:
            step(*args, **options)
        except RuleViolation as refusal:
            self.refusal = refusal
            raise

    def form_fields(self) -> Iterator[Any]:
        """Yield the inputs of all rows."""
        for group in self.groups:
            for row in group.rows:
                yield from row.form

    def problems(self) -> list[tuple[str, str, Any]]:
        """Return (key of the input, where it stands, sentence) of everything that is wrong in the rows."""
        return [
            (key, f"{group.view.title} {row.number}" + (f", {label}" if label else ""), message)
            for group in self.groups
            for row in group.rows
            for key, label, message in row.problems()
        ]


def _is_offered(view: Any, record: Any) -> bool:
    """Whether the actor may do anything to lines of this kind in the form."""
    if record is None:
        return bool(view.may("add"))
    may_change = any(view.may(verb) for verb in ("add", "edit", "delete"))
    return bool(view.may("list") and may_change and view.accepts_lines(record))
