"""The framework's datamodel with the portal's rules: scoped reads, one commit, checked relations.

Everything that the framework or the REST interface reads or writes goes through one of these, so
that row scope, the bin, the optimistic lock, the services and the single commit hold for all of them.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError

from app.core.actor import Actor, current_actor
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, RuleViolation, WrongState
from app.core.i18n import lazy_gettext as _l
from app.security.access import rights_of_actor
from app.security.scope import condition, upward_department_ids
from app.services.crud import service_of
from models.base import SoftDeleted
from models.idempotency import UsedKey
from views.fields import MAX_INTEGER, Field, Kind, fields_of, title_column
from views.refusals import refusal_of

LOOKUP_LIMIT = 20


class ServiceInterface(SQLAInterface):
    """Datamodel of one model for screens and the REST interface."""

    @property
    def session(self) -> Session:
        """The portal's session."""
        session: Session = db.session()
        return session

    def visible(self, actor: Actor, *, deleted: bool = False) -> ColumnElement[bool]:
        """Return the WHERE clause of the rows that exist for the actor: in scope, and (not) in the bin."""
        clause = condition(actor, self.obj, rights_of_actor(self.session, actor).scopes)
        if issubclass(self.obj, SoftDeleted):
            in_bin = self.obj.deleted_at.is_not(None) if deleted else self.obj.deleted_at.is_(None)
            return in_bin if clause is true() else and_(in_bin, clause)
        return clause

    def find(
        self, actor: Actor, key: str | int, *, deleted: bool = False, load: Iterable[str] = ()
    ) -> Any | None:
        """Return the row with this key if it exists for the actor.

        Args:
            load: relations to read in the same statement, because the page shows their titles.
        """
        number = row_key(key)
        if number is None:
            return None
        statement = _finder(self.obj, tuple(load)).where(self.visible(actor, deleted=deleted))
        return self.session.scalars(statement, {"record_key": number}).one_or_none()

    def get(self, id: Any, filters: Any = None, *args: Any, **kwargs: Any) -> Any | None:  # noqa: A002
        """Return a row in scope; the framework's own callers (actions among them) get no wider view."""
        return self.find(current_actor(), id)

    def add(self, item: Any, commit: bool = True, *, form_key: str | None = None) -> None:
        """Create a record by its service and commit once.

        Args:
            form_key: one-time key of the form; it is used up in the same transaction, so that the
                same form sent twice cannot make two records.
        """
        with unit_of_work() as unit:
            self._check_relations(item)
            service_of(self.obj).create(current_actor(), record=item)
            _flush(unit)
            self._use_up(form_key, item)

    def _use_up(self, form_key: str | None, item: Any) -> None:
        """Keep a form's key with the record that it made or changed; the database refuses it the second time."""
        if form_key:
            self.session.add(
                UsedKey(
                    key=form_key,
                    user_id=current_actor().user_id,
                    record_type=self.obj.__tablename__,
                    record_id=item.id,
                )
            )
            _flush(self.session)

    def made_by(self, form_key: str) -> int | None:
        """Return the key of the record that this form has made or changed already."""
        used = self.session.get(UsedKey, (form_key, current_actor().user_id))
        return used.record_id if used is not None and used.record_type == self.obj.__tablename__ else None

    def edit(self, item: Any, commit: bool = True, *, form_key: str | None = None) -> None:
        """Change a record by its service and commit once.

        Args:
            form_key: one-time key of a form that also adds lines, which it must not do twice.
        """
        self.refuse_binned(item)
        with unit_of_work() as unit:
            self._check_relations(item)
            service_of(self.obj).update(current_actor(), record=item)
            _flush(unit)
            self._use_up(form_key, item)

    def delete(self, item: Any, commit: bool = True) -> None:
        """Bin or delete a record by its service and commit once."""
        self.refuse_binned(item, is_own=False)
        with unit_of_work() as unit:
            service_of(self.obj).delete(current_actor(), record=item)
            _flush(unit)

    def restore(self, item: Any) -> None:
        """Take a record out of the bin by its service and commit once."""
        with unit_of_work() as unit:
            service_of(self.obj).restore(current_actor(), record=item)
            _flush(unit)

    def refuse_binned(self, item: Any, *, is_own: bool = True) -> None:
        """Refuse to change what lies in the bin, or a line of a document that does; it is restored first.

        Args:
            is_own: whether the record's own place counts, not only that of its document.

        Raises:
            WrongState: it is in the bin.
        """
        with self.session.no_autoflush:
            document = getattr(item, item.__locked_with__) if item.__locked_with__ else None
        if getattr(document, "is_deleted", False) or (is_own and getattr(item, "is_deleted", False)):
            raise WrongState("in-the-bin", _l("This is in the bin. Restore it before you change it."))

    def choosable(self, actor: Actor, field: Field) -> ColumnElement[bool]:
        """Return the WHERE clause of the related rows that the actor may choose.

        Those in scope, and for some relations those of his department and of the departments above, so
        that a plan can hang under theirs.
        """
        target = field.target
        assert target is not None
        visible = interface_of(target).visible(actor)
        if not field.reaches_up or actor.department_id is None:
            return visible
        above = target.department_id.in_(upward_department_ids(actor.department_id))
        return or_(visible, and_(target.deleted_at.is_(None), above))

    def lookup(self, actor: Actor, field: Field, text: str) -> list[tuple[int, str]]:
        """Return up to 20 related rows whose title begins with or contains the text, for a picker."""
        target = field.target
        assert target is not None
        title = title_column(target)
        statement = select(target.id, title).where(self.choosable(actor, field)).limit(LOOKUP_LIMIT)
        text = text.strip()
        if text:
            statement = statement.where(title.contains(text, autoescape=True))
        return [(row[0], str(row[1])) for row in self.session.execute(statement.order_by(title, target.id))]

    def title_of(self, actor: Actor, field: Field, key: int) -> str | None:
        """Return the title of a related row if it exists for the actor."""
        target = field.target
        assert target is not None
        chosen = select(title_column(target)).where(target.id == key, self.choosable(actor, field))
        found = self.session.scalar(chosen)
        return None if found is None else str(found)

    def _check_relations(self, item: Any) -> None:
        """Refuse a reference to a row that does not exist for the actor, whoever sent its key."""
        actor = current_actor()
        state = self.obj.__mapper__
        for field in fields_of(self.obj).values():
            if field.kind is not Kind.RELATION or field.target is None or field.name not in state.columns:
                continue
            history = _history(item, field.name)
            value = getattr(item, field.name)
            if value is None or not history:
                continue
            with self.session.no_autoflush:
                if self.title_of(actor, field, value) is None:
                    message = _l("The chosen “%(label)s” does not exist.", label=field.label)
                    raise RuleViolation("unknown-reference", message, field=field.name)


@lru_cache(maxsize=512)
def _finder(model: type[Any], load: tuple[str, ...]) -> Select[Any]:
    """Return the statement that reads one record with its shown relations; whoever asks adds the scope."""
    statement: Select[Any] = select(model).where(model.id == bindparam("record_key"))
    return statement.options(*(joinedload(getattr(model, name)) for name in load))


def _history(item: Any, name: str) -> bool:
    from_state = item.__mapper__.attrs[name]
    return bool(item._sa_instance_state.attrs[from_state.key].history.has_changes())


def row_key(key: str | int) -> int | None:
    """Return the number of a row key, or nothing if the text can be no key."""
    text = str(key)
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > MAX_INTEGER:
        return None
    return int(text)


def _flush(unit: Session) -> None:
    """Send the changes, turning what the database refuses into a refusal with a sentence."""
    try:
        unit.flush()
    except StaleDataError as problem:
        raise Conflict(_l("Somebody else changed this record. Your changes were not saved.")) from problem
    except IntegrityError as problem:
        raise refusal_of(problem) from problem


_interfaces: dict[type[Any], ServiceInterface] = {}


def interface_of(model: type[Any]) -> ServiceInterface:
    """Return the one datamodel of a model."""
    if model not in _interfaces:
        _interfaces[model] = ServiceInterface(model)
    return _interfaces[model]
