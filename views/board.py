"""A list as a board: a column per status, cards that may be moved where their buttons would bring them (R106).

A move is a permitted change and nothing else: of a record under approval submitting and withdrawing, by the
services behind its own buttons; of another status its edit service. A refusal shows its sentence.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, jsonify, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import joinedload

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, RuleViolation, WrongState
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.services import approvals
from models.approvable import EDITABLE, Approvable, ApprovalStatus
from models.approvals import ApprovalInstance, InstanceState
from models.saved_views import ListLayout
from views.approval_keys import request_key
from views.errors import log_refusal
from views.fields import Field, Kind
from views.formats import formatter_of
from views.layout_base import LayoutBase
from views.list_frame import ListFrame
from views.listing import COUNT_CAP, ListQuery, clause_of
from views.screen_base import Answer

CARDS = 50
"""Cards per column; the rest is in the table, filtered to the column's status."""
_WITHDRAWABLE = (ApprovalStatus.IN_REVIEW.value, ApprovalStatus.RETURNED.value)


@dataclass(frozen=True)
class Card:
    """One record on the board.

    Attributes:
        facts: further columns as (label, text).
        targets: values of the statuses into which the actor may move it now.
    """

    key: int
    title: str
    code: str
    facts: list[tuple[Any, Any]]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class BoardColumn:
    """One status with its first cards.

    Attributes:
        count: how many rows have it, as a text; counted up to the cap.
        has_more: whether there are more than the cards.
    """

    value: str
    label: Any
    colour: str
    count: str
    has_more: bool
    cards: list[Card]


class BoardPages(LayoutBase):
    """The board of a screen."""

    def board_page(self, frame: ListFrame) -> Answer:
        """Draw the rows that the filters let through by status, newest first: two statements and the relations."""
        assert self.board_field is not None
        query = frame.query
        asked = {value for item in query.conditions if item.field is self.board_field and item.operator == "in"
                 for value in item.values}  # fmt: skip
        members = [
            member for member in self.board_field.choices or () if not asked or str(member.value) in asked
        ]
        counts, cards = self._counted(query, [str(member.value) for member in members]), self._cards(query)
        columns = [
            _column(member, counts[str(member.value)], cards.get(str(member.value), [])) for member in members
        ]
        return self.draw_layout(
            frame,
            ListLayout.BOARD,
            board=columns,
            status_filter=f"f.{self.board_field.name}.in",
            labels={str(member.value): member.label for member in self.board_field.choices or ()},
        )

    def _rows_with(self, query: ListQuery, value: str) -> Select[Any]:
        assert self.board_field is not None
        model = self.datamodel.obj
        clauses = clause_of(model, query, db.session().get_bind().dialect.name)
        visible = self.datamodel.visible(current_actor())
        return select(model.id).where(visible, *clauses, getattr(model, self.board_field.name) == value)

    def _counted(self, query: ListQuery, values: Sequence[str]) -> dict[str, int]:
        """Return how many rows stand in each column, counted up to the cap, in one statement."""
        counts = [
            select(func.count())
            .select_from(self._rows_with(query, value).limit(COUNT_CAP + 1).subquery())
            .scalar_subquery()
            for value in values
        ]
        return dict(zip(values, db.session.execute(select(*counts)).one(), strict=True)) if counts else {}

    def _cards(self, query: ListQuery) -> dict[str, list[Card]]:
        """Return the newest rows of each status as cards."""
        assert self.board_field is not None
        model = self.datamodel.obj
        parts = []
        for member in self.board_field.choices or ():
            rows = self._rows_with(query, str(member.value)).order_by(model.id.desc()).limit(CARDS).subquery()
            parts.append(select(rows.c.id))
        statement = select(model).where(model.id.in_(union_all(*parts))).order_by(model.id.desc())
        records = db.session.scalars(
            statement.options(*(joinedload(one) for one in self._read_along()))
        ).all()
        mine = self._withdrawable(records)
        drawn: dict[str, list[Card]] = {}
        for record in records:
            drawn.setdefault(getattr(record, self.board_field.name), []).append(self._card(record, mine))
        return drawn

    def _read_along(self) -> Iterable[Any]:
        """Return the relations that a card and its moves need."""
        model = self.datamodel.obj
        names = {field.relation for field in (self.title_field, *self.card_fields()) if field.relation}
        names |= {model.__locked_with__} if model.__locked_with__ else set()
        return [getattr(model, name) for name in sorted(names)]

    def card_fields(self) -> list[Field]:
        """Return what a card shows below its title beside its dates: parent, responsible person, first amount."""
        names = [self.parent_column, "owner_id"]
        names += [field.name for field in self.list_fields if field.kind is Kind.MONEY][:1]
        return [self.fields[name] for name in names if name in self.fields]

    def _card(self, record: Any, mine: Collection[int]) -> Card:
        facts = []
        for field in self.card_fields():
            value = _value(record, field)
            if value not in (None, ""):
                facts.append((field.label, formatter_of(field)(value)))
        dates = [formatter_of(field)(value) for field in self.date_fields if (value := _value(record, field))]
        if dates:
            facts.append((self.date_fields[0].label, " – ".join(dict.fromkeys(dates))))
        title = self.shown_title(_value(record, self.title_field), record.id)
        code = record.code if self.code_field is not None else ""
        return Card(record.id, title, code, facts, self.targets_of(record, mine))

    # -- moves --------------------------------------------------------------------------------------

    def targets_of(self, record: Any, mine: Collection[int]) -> tuple[str, ...]:
        """Return into which statuses the actor may move a record now.

        Args:
            mine: keys of the records whose submission he may take back.
        """
        assert self.board_field is not None
        if not issubclass(self.datamodel.obj, Approvable):
            here = getattr(record, self.board_field.name)
            others = tuple(str(member.value) for member in self.board_field.choices or ())
            return tuple(value for value in others if value != here) if self._is_movable(record) else ()
        actor, targets = current_actor(), []
        is_owner = actor.employee_id is not None and actor.employee_id == getattr(record, "owner_id", None)
        if is_owner and record.status in EDITABLE and self.may("submit"):
            targets.append(ApprovalStatus.IN_REVIEW.value)
        if record.id in mine and self.may("withdraw"):
            targets.append(ApprovalStatus.WITHDRAWN.value)
        return tuple(targets)

    def _is_movable(self, record: Any) -> bool:
        """Whether the actor may edit the status; progress may be told also of a document that is locked."""
        assert self.board_field is not None
        name = self.board_field.name
        if name not in self.edit_columns or not self.may("edit"):
            return False
        if self.is_editable(record):
            return True
        document = getattr(record, record.__locked_with__) if record.__locked_with__ else record
        is_binned = getattr(record, "is_deleted", False) or getattr(document, "is_deleted", False)
        return bool(self.datamodel.obj.__mapper__.columns[name].info.get("progress")) and not is_binned

    def _withdrawable(self, records: Sequence[Any]) -> frozenset[int]:
        """Return the keys of the records whose running approval the actor has submitted himself."""
        keys = [record.id for record in records if getattr(record, "status", None) in _WITHDRAWABLE]
        employee_id = current_actor().employee_id
        if not keys or employee_id is None or not issubclass(self.datamodel.obj, Approvable):
            return frozenset()
        running = select(ApprovalInstance.record_id).where(
            ApprovalInstance.record_type == self.datamodel.obj.__tablename__,
            ApprovalInstance.record_id.in_(keys),
            ApprovalInstance.submitter_id == employee_id,
            ApprovalInstance.state.in_((InstanceState.IN_REVIEW.value, InstanceState.RETURNED.value)),
        )
        return frozenset(db.session.scalars(running))

    @expose("/move/<pk>", methods=["POST"])
    @has_access
    @permission_name("list")
    def move(self, pk: str) -> Answer:
        """Move a record into another status, if the actor may."""
        document = self.datamodel.obj.__locked_with__
        record = self.datamodel.find(current_actor(), pk, load=(document,) if document else ())
        if record is None:
            abort(404)
        assert self.board_field is not None
        key, title = record.id, str(record)
        target, seen = request.form.get("target", ""), request.args.get("seen", "")
        member = next((one for one in self.board_field.choices or () if str(one.value) == target), None)
        if member is None:
            raise BadInput("bad-target", _l("Choose where the record shall go."), field="target")
        try:
            if seen and seen != getattr(record, self.board_field.name):
                raise WrongState("moved-meanwhile", _l("Somebody has moved this record meanwhile."))
            self._move(record, target)
        except RuleViolation as refusal:
            db.session.rollback()
            log_refusal(refusal, record_type=self.datamodel.obj.__tablename__, record_id=key)
            return self._told_move(str(refusal), refusal.http_status)
        return self._told_move(
            _("“%(title)s” is now in “%(status)s”.", title=title, status=member.label), 200
        )

    def _move(self, record: Any, target: str) -> None:
        if isinstance(record, Approvable):
            self._move_in_approval(record, target)
        elif target in self.targets_of(record, ()):
            self.change_status(record, target)
            self.datamodel.edit(record)
        else:
            raise _not_possible()

    def _move_in_approval(self, record: Any, target: str) -> None:
        actor = current_actor()
        if target == ApprovalStatus.IN_REVIEW.value and self.may("submit"):
            with unit_of_work():
                approvals.submit(actor, record=record, request_key=request_key())
            return
        instance = approvals.current_instance(record)
        if target != ApprovalStatus.WITHDRAWN.value or instance is None or not self.may("withdraw"):
            raise _not_possible()
        with unit_of_work():
            approvals.withdraw(actor, instance_id=instance.id, request_key=request_key())

    def change_status(self, record: Any, target: str) -> None:
        """Write the new status into the record; a screen whose status brings other columns along adds them."""
        assert self.board_field is not None
        setattr(record, self.board_field.name, target)

    def _told_move(self, sentence: str, status: int) -> Answer:
        """Answer a script with the sentence, a person with the board."""
        if request.accept_mimetypes.best == "application/json":
            answer = jsonify({"message": sentence})
            answer.status_code = status
            return answer
        flash(sentence, "success" if status == 200 else "danger")
        arguments: dict[str, Any] = {name: values for name, values in request.args.lists() if name != "seen"}
        return redirect(url_for(f"{type(self).__name__}.list", **arguments))


def _column(member: Any, count: int, cards: list[Card]) -> BoardColumn:
    shown = f"{COUNT_CAP:,}+" if count > COUNT_CAP else str(count)
    return BoardColumn(str(member.value), member.label, member.colour, shown, count > len(cards), cards)


def _value(record: Any, field: Field) -> Any:
    """Return a column's value, of a relation the related row's text."""
    if field.kind is Kind.RELATION and field.relation is not None:
        related = getattr(record, field.relation)
        return None if related is None else str(related)
    return getattr(record, field.name)


def _not_possible() -> WrongState:
    return WrongState("move-not-possible", _l("This record cannot be moved there."))
