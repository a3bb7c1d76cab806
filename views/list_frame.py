"""What stands around the rows of a list: filter chips, the menu of views, columns, density and page size (R106)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from app.core.errors import BadInput
from app.core.i18n import lazy_gettext as _l
from app.services.saved_views import PAGE_SIZES, ListState, ViewLink
from views.fields import Field
from views.list_filters import Chip, Pairs, Panel, pairs_of
from views.listing import ListQuery, whole_number

COLUMNS = "cols"
"""Argument of an address: names of the shown columns, divided by commas."""
VIEW = "view"
"""Argument of an address: key of the saved view that is open; 0 for none, whatever view is the default."""
LAYOUT = "layout"
"""Argument of an address: the form in which the rows are drawn."""
NOT_KEPT = (VIEW, COLUMNS, LAYOUT, "size", "bin")
"""What of an address is no part of a saved view's filters and sorting."""
NO_VIEW = 0


@dataclass(frozen=True)
class ListFrame:
    """What the templates of a list ask for.

    Attributes:
        fields: the shown columns in order.
        builder: the columns that can be filtered.
        panel: the filter form that stands open, without scripts.
        view: the saved view that is open.
        is_changed: whether the list shows something else than the open view.
        has_choices: whether columns, density and views are kept for this list.
    """

    endpoint: str
    args: "MultiDict[str, str]"
    query: ListQuery
    fields: Sequence[Field]
    builder: Sequence[Field]
    chips: Sequence[Chip] = ()
    panel: Panel | None = None
    state: ListState = field(default_factory=ListState)
    view: ViewLink | None = None
    is_changed: bool = False
    has_choices: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the shown columns."""
        return tuple([described.name for described in self.fields])

    @property
    def density(self) -> str:
        """How closely the rows stand."""
        return self.state.density

    @property
    def sizes(self) -> tuple[int, ...]:
        """Page sizes to choose from, with the present one."""
        return tuple(sorted({*PAGE_SIZES, self.query.size}))

    @property
    def hidden(self) -> Pairs:
        """The address without the place in the list."""
        return pairs_of(self.args)

    @property
    def beside_search(self) -> Pairs:
        """What the search form sends beside its text."""
        return pairs_of(self.args, drop=("q",))

    @property
    def beside_size(self) -> Pairs:
        """What the choice of a page size sends beside it."""
        return pairs_of(self.args, drop=("size",))

    @property
    def address(self) -> str:
        """The address without the place in the list, as text."""
        return urlencode(self.hidden)

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter hides rows."""
        return bool(self.query.text or self.query.conditions)

    @property
    def clear_url(self) -> str:
        """The list with its sorting and columns, but without search and filters."""
        kept = [pair for pair in self.hidden if pair[0] != "q" and not pair[0].startswith("f.")]
        if self.state.default_view is not None and VIEW not in dict(kept):
            kept.append((VIEW, str(NO_VIEW)))
        return self.url(kept)

    @property
    def all_url(self) -> str:
        """The list without a view."""
        return self.url([(VIEW, str(NO_VIEW))] if self.state.default_view is not None else [])

    def url(self, pairs: Iterable[tuple[str, str]]) -> str:
        """Return the address of this list with these arguments."""
        return list_address(self.endpoint, pairs)

    def view_url(self, view: ViewLink) -> str:
        """Return the address that opens a view."""
        return view_address(self.endpoint, view)

    def page_url(self, name: str) -> str:
        """Return the address of a page about this list, which leads back to what is shown now."""
        return url_for(f"{self.endpoint}.{name}", address=self.address or None)


def list_address(endpoint: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return the address of a list with these arguments."""
    text = urlencode(list(pairs))
    base = url_for(f"{endpoint}.list")
    return f"{base}?{text}" if text else base


def view_address(endpoint: str, view: ViewLink) -> str:
    """Return the address that opens a view: what it keeps, and its key."""
    layout = [(LAYOUT, view.layout)] if view.layout != "table" else []
    return list_address(endpoint, [(VIEW, str(view.id)), *read_address(view.address), *layout])


def read_address(address: str) -> Pairs:
    """Return the arguments of an address in order."""
    return parse_qsl(address, keep_blank_values=True)


def kept_address(args: "MultiDict[str, str]") -> str:
    """Return what a saved view keeps of an address: search, filters and sorting."""
    return urlencode([(name, value) for name, value in pairs_of(args, drop=NOT_KEPT) if value])


def columns_of(args: "MultiDict[str, str]", choosable: dict[str, Field]) -> tuple[str, ...]:
    """Return the columns that an address names, in order.

    Raises:
        BadInput: one of them cannot be shown.
    """
    names = tuple(dict.fromkeys(name for name in args.get(COLUMNS, "").split(",") if name))
    for name in names:
        if name not in choosable:
            raise BadInput("bad-column", _l("The list has no column “%(name)s”.", name=name[:60]))
    return names


def open_view(args: "MultiDict[str, str]", state: ListState) -> ViewLink | None:
    """Return the view that an address opens; None when there is none or it is not shared any more.

    Raises:
        BadInput: the key is no number.
    """
    return state.view(whole_number(args, VIEW, default=NO_VIEW, most=2**31 - 1))


def is_changed(args: "MultiDict[str, str]", view: ViewLink | None) -> bool:
    """Whether an address shows something else than the view that it opens."""
    if view is None:
        return False
    named = tuple(name for name in args.get(COLUMNS, "").split(",") if name)
    return (
        sorted(read_address(kept_address(args))) != sorted(read_address(view.address))
        or (bool(named) and named != view.columns)
        or args.get(LAYOUT, "table") != view.layout
    )
