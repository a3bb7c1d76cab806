"""Saved views of a list, and each person's columns, density and page size: the pages and what they store (R106)."""

from typing import Any
from urllib.parse import urlencode

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from app.core.actor import current_actor
from app.core.db import db, unit_of_work
from app.core.errors import BadInput, RuleViolation
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.services import saved_views
from app.services.saved_views import ListState
from models.saved_views import Density, ListLayout
from views.errors import log_refusal
from views.fields import Field, Kind
from views.interface import row_key
from views.list_answer import is_part
from views.list_filters import pairs_of
from views.list_frame import (
    COLUMNS,
    LAYOUT,
    VIEW,
    columns_of,
    kept_address,
    list_address,
    open_view,
    read_address,
    view_address,
)
from views.refusals import refusal_of
from views.screen_base import HIDDEN, Answer, ScreenBase


class ListViews(ScreenBase):
    """What a person keeps of a list; the right to see the list is the only one that it needs."""

    @property
    def choosable(self) -> dict[str, Field]:
        """The columns that the list can show: the declared ones first; a personal one only if it is declared."""
        if self._choosable is None:
            others = [
                name
                for name, described in self.fields.items()
                if name not in {*HIDDEN, *self.list_columns}
                and described.kind is not Kind.JSON
                and not described.is_personal
            ]
            self._choosable = {name: self.fields[name] for name in (*self.list_columns, *others)}
        return self._choosable

    _choosable: dict[str, Field] | None = None

    def state(self) -> ListState:
        """Return the actor's choices and views of this list."""
        return saved_views.list_state(current_actor(), screen=type(self).__name__)

    def shown_fields(self, args: "MultiDict[str, str]", state: ListState | None = None) -> list[Field]:
        """Return the columns that the actor sees: those of the address, else of the open view, else his own.

        Raises:
            BadInput: the address names a column that the list cannot show.
        """
        state = self.state() if state is None else state
        names = columns_of(args, self.choosable)
        if not names and (view := open_view(args, state)) is not None:
            names = view.columns
        known = [self.choosable[name] for name in names or state.columns if name in self.choosable]
        return known or self.list_fields

    def parse_address(self, address: str) -> "MultiDict[str, str]":
        """Read the address of this list that a form carries.

        Raises:
            BadInput: it is no address of this list.
        """
        args: MultiDict[str, str] = MultiDict(pairs_of(MultiDict(read_address(address))))
        columns_of(args, self.choosable)
        open_view(args, ListState())
        self.parse(args)
        return args

    def parse(self, args: Any) -> Any:
        """Read the address of a list strictly; `ListPages` does."""
        raise NotImplementedError

    # -- columns, density, page size ---------------------------------------------------------------

    @expose("/display", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def display(self) -> Answer:
        """Choose columns and their order, density and page size; `address` leads back to the list."""
        args = self.parse_address(request.values.get("address", ""))
        if request.method == "GET":
            shown = [field.name for field in self.shown_fields(args)]
            return self._display_page(args, shown)
        if "move" in request.form:
            return self._display_page(args, self._ticked(), order=self._moved())
        try:
            with unit_of_work():
                pairs = self._store_display(args)
        except RuleViolation as refusal:
            drawn = self._display_page(args, self._ticked(), problem=refusal.message)
            page = make_response(drawn, refusal.http_status)
            page.headers.update({"HX-Retarget": "#list-dialog", "HX-Push-Url": "false"})
            return page
        return redirect(list_address(type(self).__name__, pairs), 303)

    def _store_display(self, args: "MultiDict[str, str]") -> list[tuple[str, str]]:
        """Keep what was chosen; the columns of an open view go into the address, so that it can be updated."""
        actor, screen, form = current_actor(), type(self).__name__, request.form
        columns = self._ticked() if "order" in form and "reset" not in form else None
        if columns is not None and not columns:
            raise RuleViolation("no-column", _l("A list shows at least one column."), field="columns")
        pairs = pairs_of(args, drop=(COLUMNS, "size"))
        if "reset" in form or columns == [*self.list_columns]:
            columns = []
        if columns is not None and dict(pairs).get(VIEW, "0") != "0" and "reset" not in form:
            pairs.append((COLUMNS, ",".join(columns or self.list_columns)))
            columns = None
        size = form.get("page_size", type=int) if form.get("page_size") else None
        saved_views.set_choice(
            actor, screen=screen, columns=columns, density=form.get("density"), page_size=size
        )
        return pairs

    def _ticked(self) -> list[str]:
        """Return the ticked columns in the order of the form.

        Raises:
            BadInput: one of them cannot be shown.
        """
        ticked = set(request.form.getlist("columns"))
        named = {COLUMNS: ",".join(name for name in request.form.getlist("order") if name in ticked)}
        return list(columns_of(MultiDict(named), self.choosable))

    def _moved(self) -> list[str]:
        """Return the order of the form after one column went up or down."""
        order = list(
            columns_of(MultiDict({COLUMNS: ",".join(request.form.getlist("order"))}), self.choosable)
        )
        name, _colon, way = request.form["move"].partition(":")
        if name not in order or way not in {"up", "down"}:
            raise BadInput("bad-column", _l("The list has no column “%(name)s”.", name=name[:60]))
        place = order.index(name)
        order.insert(max(place - 1, 0) if way == "up" else place + 1, order.pop(place))
        return order

    def _display_page(
        self,
        args: "MultiDict[str, str]",
        shown: list[str],
        *,
        order: list[str] | None = None,
        problem: Any = None,
    ) -> str:
        names = order or [*shown, *(name for name in self.choosable if name not in shown)]
        state = self.state()
        return self._page(
            "screen/list_display.html", args,
            columns=[(self.choosable[name], name in shown) for name in names],
            state=state, densities=Density.choices(), sizes=saved_views.PAGE_SIZES, problem=problem,
        )  # fmt: skip

    def _page(self, template: str, args: "MultiDict[str, str]", **values: Any) -> str:
        """Return a page about this list, or its content alone for the dialog of the list."""
        return render_template(
            template if is_part() else "screen/list_dialog.html",
            content=template, screen=self, address=_text(args), **values,
        )  # fmt: skip

    # -- views -------------------------------------------------------------------------------------

    @expose("/views/", methods=["GET"])
    @has_access
    @permission_name("list")
    def views(self) -> Answer:
        """Show the views of this list, to name, share and delete them, and to save what is shown now."""
        return self._views_page(self.parse_address(request.args.get("address", "")))

    @expose("/views/save", methods=["POST"])
    @has_access
    @permission_name("list")
    def view_save(self) -> Answer:
        """Save filters, sorting and columns under a name, and open the new view."""
        args = self.parse_address(request.form.get("address", ""))
        try:
            with unit_of_work():
                view = saved_views.save_view(
                    current_actor(), screen=type(self).__name__, name=request.form.get("name", ""),
                    is_shared=request.form.get("is_shared") == "1", **self._content(args),
                )  # fmt: skip
                key = view.id
                if request.form.get("is_default") == "1":
                    saved_views.set_default(current_actor(), screen=type(self).__name__, view_id=key)
        except IntegrityError as problem:
            return self._refused_view(refusal_of(problem), args)
        except RuleViolation as refusal:
            return self._refused_view(refusal, args)
        flash(_("The view was saved."), "success")
        return self._open(key)

    @expose("/views/update/<pk>", methods=["POST"])
    @has_access
    @permission_name("list")
    def view_update(self, pk: str) -> Answer:
        """Let a view show what the list shows now."""
        args = self.parse_address(request.form.get("address", ""))
        with unit_of_work():
            saved_views.update_view(
                current_actor(), screen=type(self).__name__, view_id=_key(pk), **self._content(args)
            )
        flash(_("The view was updated."), "success")
        return self._open(_key(pk))

    @expose("/views/rename/<pk>", methods=["POST"])
    @has_access
    @permission_name("list")
    def view_rename(self, pk: str) -> Answer:
        """Give a view another name."""
        key, args = _key(pk), self.parse_address(request.form.get("address", ""))
        try:
            with unit_of_work():
                saved_views.rename_view(
                    current_actor(),
                    screen=type(self).__name__,
                    view_id=key,
                    name=request.form.get("name", ""),
                )
        except IntegrityError as problem:
            return self._refused_view(refusal_of(problem), args, renamed=key)
        except RuleViolation as refusal:
            if refusal.field != "name":
                raise
            return self._refused_view(refusal, args, renamed=key)
        return self._back(args, _("The view was renamed."))

    @expose("/views/share/<pk>", methods=["POST"])
    @has_access
    @permission_name("list")
    def view_share(self, pk: str) -> Answer:
        """Share a view with whoever may open this list, or end that."""
        key, args = _key(pk), self.parse_address(request.form.get("address", ""))
        is_shared = request.form.get("is_shared") == "1"
        with unit_of_work():
            saved_views.share_view(
                current_actor(), screen=type(self).__name__, view_id=key, is_shared=is_shared
            )
        return self._back(args, _("The view is shared.") if is_shared else _("The view is yours alone."))

    @expose("/views/default/<pk>", methods=["POST"])
    @has_access
    @permission_name("list")
    def view_default(self, pk: str) -> Answer:
        """Let the list open with a view, or with all rows again."""
        key, args = _key(pk), self.parse_address(request.form.get("address", ""))
        is_default = request.form.get("is_default") == "1"
        with unit_of_work():
            saved_views.set_default(
                current_actor(), screen=type(self).__name__, view_id=key, is_default=is_default
            )
        done = _("The list opens with this view.") if is_default else _("The list opens with all rows.")
        return self._back(args, done)

    @expose("/views/delete/<pk>", methods=["POST"])
    @has_access
    @permission_name("list")
    def view_delete(self, pk: str) -> Answer:
        """Delete a view; the rows that it showed stay."""
        key, args = _key(pk), self.parse_address(request.form.get("address", ""))
        with unit_of_work():
            name = saved_views.delete_view(current_actor(), screen=type(self).__name__, view_id=key)
        if args.get(VIEW) == str(key):
            args.poplist(VIEW)
        return self._back(args, _("Deleted: %(title)s", title=name))

    def _content(self, args: "MultiDict[str, str]") -> dict[str, Any]:
        """Return what a view keeps of the list: its address, its columns if they were chosen, its form."""
        state = self.state()
        shown = [field.name for field in self.shown_fields(args, state)]
        return {
            "address": kept_address(args),
            "columns": () if shown == [*self.list_columns] else shown,
            "layout": args.get(LAYOUT, ListLayout.TABLE.value),
        }

    def _open(self, key: int) -> Answer:
        view = self.state().view(key)
        assert view is not None
        return redirect(view_address(type(self).__name__, view), 303)

    def _back(self, args: "MultiDict[str, str]", message: str) -> Answer:
        flash(message, "success")
        return redirect(url_for(f"{type(self).__name__}.views", address=_text(args) or None), 303)

    def _refused_view(
        self, refusal: RuleViolation, args: "MultiDict[str, str]", *, renamed: int | None = None
    ) -> Answer:
        """Show the page of views again with what was typed and the sentence."""
        db.session.rollback()
        log_refusal(refusal, record_type="saved_view", record_id=renamed)
        page = self._views_page(
            args, problem=refusal.message, typed=request.form.get("name", ""), renamed=renamed
        )
        return page, refusal.http_status

    def _views_page(self, args: "MultiDict[str, str]", **refused: Any) -> str:
        state = self.state()
        return self._page(
            "screen/list_views.html", args, state=state, view=open_view(args, state),
            may_unshare=current_actor().may(*saved_views.UNSHARE_ANY), **refused,
        )  # fmt: skip


def _key(pk: str) -> int:
    key = row_key(pk)
    if key is None:
        abort(404)
    return key


def _text(args: "MultiDict[str, str]") -> str:
    """Return an address as the forms carry it."""
    return urlencode(pairs_of(args))
