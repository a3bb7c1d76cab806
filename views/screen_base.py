"""What a screen is declared by and what every page of it needs: described columns, rights, the record itself."""

from typing import Any, ClassVar

from flask import abort, url_for
from flask_appbuilder import ModelView
from werkzeug.wrappers import Response as BaseResponse

from app.core.actor import current_actor
from models.approvable import Approvable
from models.base import SoftDeleted
from views.fields import Field, Kind, fields_of
from views.formats import Formatter
from views.forms import make_form
from views.interface import ServiceInterface

Answer = str | BaseResponse | tuple[str, int]
Rows = list[tuple[int, list[Any]]]
"""Key and shown values of each row; named here because `list` is a method below."""
Shown = list[tuple[Field, Any]]
UNDECLARED: tuple[str, ...] = ("*",)
"""Stands for “not declared”: all typed columns on add, those of add on edit; an empty tuple means none."""
RecordActions = list[tuple[str, str, str]]
Screens = list[Any]
"""Screens of lines, as instances."""

HIDDEN = frozenset({"id", "row_version", "custom_data", "deleted_at"})
STAMPS = ("created_at", "created_by_id", "changed_at", "changed_by_id")
NOT_TYPED = HIDDEN | set(STAMPS) | {"code", "status", "revision", "submitted_at", "approved_at", "approved_sha256",
                                    "import_batch_id", "period_no", "is_self_allowed"}  # fmt: skip


class ScreenBase(ModelView):
    """The declaration of a screen and what its pages share.

    Attributes:
        list_columns, show_columns, add_columns, edit_columns: column names, foreign keys by `…_id`.
        order_columns: columns that an index serves; the list sorts by no other.
        base_order: default sort, (column, "asc" | "desc").
        related_views: screens of the record's lines, shown on its page.
        parent_column: for lines, the foreign key to the parent; after saving one returns to the parent.
    """

    datamodel: ServiceInterface
    show_template = "screen/show.html"
    add_template = "screen/form.html"
    edit_template = "screen/form.html"
    exclude_route_methods: ClassVar[set[str]] = {"action", "action_post", "download"}
    parent_column: ClassVar[str | None] = None
    title: ClassVar[Any] = ""
    title_one: ClassVar[Any] = ""
    list_columns: tuple[str, ...] = ()
    show_columns: tuple[str, ...] = ()
    add_columns: tuple[str, ...] = UNDECLARED
    edit_columns: tuple[str, ...] = UNDECLARED
    order_columns: tuple[str, ...] = ()
    filter_columns: tuple[str, ...] = ()
    related_views: Any = ()
    can_be_added: ClassVar[bool] = True
    base_order: ClassVar[tuple[str, str]] = ("id", "desc")

    # -- what the framework builds at start, built from described columns instead ------------------

    def _init_properties(self) -> None:
        self.fields: dict[str, Field] = fields_of(self.datamodel.obj)
        typed = [
            name for name, field in self.fields.items() if name not in NOT_TYPED and not field.is_counter
        ]
        typed = [name for name in typed if self.fields[name].kind is not Kind.JSON]
        self.list_columns = tuple(self.list_columns or typed[:6])
        self.show_columns = tuple(self.show_columns or [name for name in self.fields if name not in HIDDEN])
        self.add_columns = tuple(typed if self.add_columns is UNDECLARED else self.add_columns)
        self.edit_columns = self.add_columns if self.edit_columns is UNDECLARED else tuple(self.edit_columns)
        self.order_columns = tuple(self.order_columns or ("id",))
        self.filter_columns = tuple(self.filter_columns or self.list_columns)
        self.label_columns = {name: field.label for name, field in self.fields.items()}
        self._check_declaration()
        self.list_fields = [self.fields[name] for name in self.list_columns]
        self.filter_fields = {name: self.fields[name] for name in (*self.filter_columns, "id")}
        if self.parent_column:
            self.filter_fields[self.parent_column] = self.fields[self.parent_column]
        self.show_title = self.add_title = self.edit_title = self.title_one
        self.list_title = self.title
        self.related_views = list(self.related_views or [])
        self._related_views: Screens = []
        self.actions: dict[str, Any] = {}
        self._formatters_in: dict[str, dict[str, Formatter]] = {}

    def _check_declaration(self) -> None:
        declared = (
            *self.list_columns,
            *self.show_columns,
            *self.add_columns,
            *self.edit_columns,
            *self.order_columns,
        )
        unknown = sorted(set(declared) - set(self.fields))
        if unknown:
            message = (
                f"{type(self).__name__} names columns that {self.datamodel.obj.__name__} has not: {unknown}"
            )
            raise TypeError(message)

    def _init_forms(self) -> None:
        endpoint = type(self).__name__
        self.add_form = make_form(
            f"{endpoint}AddForm", [self.fields[name] for name in self.add_columns], endpoint
        )
        self.edit_form = make_form(
            f"{endpoint}EditForm", [self.fields[name] for name in self.edit_columns], endpoint
        )

    def _init_titles(self) -> None:
        """Titles are declared, never made from class names."""

    # -- rights ------------------------------------------------------------------------------------

    def may(self, verb: str) -> bool:
        """Whether the actor holds a verb of this screen (`add`, `edit`, …)."""
        permission = f"can_{verb}"
        return permission in self.base_permissions and current_actor().may(
            permission, self.class_permission_name
        )

    def _find(self, pk: str, *, deleted: bool = False, load: tuple[str, ...] = ()) -> Any:
        record = self.datamodel.find(current_actor(), pk, deleted=deleted, load=load)
        if (
            record is None
            and deleted is False
            and issubclass(self.datamodel.obj, SoftDeleted)
            and self.may("restore")
        ):
            record = self.datamodel.find(current_actor(), pk, deleted=True)
        if record is None:
            abort(404)
        return record

    @classmethod
    def has_bin(cls) -> bool:
        """Whether deleted records can be restored."""
        return issubclass(cls.datamodel.obj, SoftDeleted)

    def accepts_lines(self, parent: Any) -> bool:
        """Whether a line may be added to this parent now."""
        return not (isinstance(parent, Approvable) and parent.is_locked) and not getattr(
            parent, "is_deleted", False
        )

    def is_editable(self, record: Any) -> bool:
        """Whether the actor may change this record now."""
        if not self.may("edit") or not self.edit_columns or getattr(record, "is_deleted", False):
            return False
        document = getattr(record, record.__locked_with__) if record.__locked_with__ else record
        if getattr(document, "is_deleted", False):
            return False
        return not (isinstance(document, Approvable) and document.is_locked)

    def parent_url(self, record: Any) -> str | None:
        """Return the address of a line's parent."""
        if self.parent_column is None:
            return None
        key = getattr(record, self.parent_column)
        parent = self.fields[self.parent_column].target
        view = screens_by_model.get(parent)
        return url_for(f"{view}.show", pk=key) if view else None


screens_by_model: dict[Any, str] = {}
"""Model → name of the screen that shows its records; filled by the registry."""
