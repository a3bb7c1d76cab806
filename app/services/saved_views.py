"""How a person likes to see a list: named views of filters and columns, and the choices of each list (R106).

A view is an address under a name: sharing one shows nobody a row or a column that his own rights do not
show. Only the owner changes a view; whoever administers roles may end that it is shared. The callers read
an address strictly before they hand it here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Integer, String, bindparam, false, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotAllowed, NotFound, RuleViolation
from app.core.i18n import lazy_gettext as _l
from models.saved_views import Density, ListChoice, ListLayout, SavedView

PAGE_SIZES = (25, 50, 100, 200)
MOST_VIEWS = 50
"""Views that one person keeps of one list."""
MOST_SHOWN = 200
"""Views of one list that a page offers, the actor's own and shared ones together."""
NAME_LENGTH = 80
MAX_ADDRESS = 4000
UNSHARE_ANY = ("can_edit", "RoleView")
"""Right of whoever may end the sharing of another person's view."""


@dataclass(frozen=True)
class ViewLink:
    """A view as the menu of its list offers it.

    Attributes:
        address: filters and sorting, without a question mark.
    """

    id: int
    name: str
    address: str
    columns: tuple[str, ...]
    layout: str
    is_shared: bool
    is_own: bool


@dataclass(frozen=True)
class ListState:
    """What one person chose for one list, and the views that he may open on it.

    Attributes:
        columns: names in order; empty for those that the list declares.
    """

    columns: tuple[str, ...] = ()
    density: str = Density.COMFORTABLE.value
    page_size: int = PAGE_SIZES[0]
    default_view_id: int | None = None
    views: tuple[ViewLink, ...] = field(default=())

    def view(self, view_id: int | None) -> ViewLink | None:
        """Return one of the views."""
        return next((view for view in self.views if view.id == view_id), None)

    @property
    def default_view(self) -> ViewLink | None:
        """The view with which the list opens; none when it is not shared any more."""
        return self.view(self.default_view_id)


_CHOICE = select(
    literal(0, Integer).label("kind"),
    ListChoice.columns.label("columns"),
    ListChoice.density.label("name"),
    ListChoice.page_size.label("number"),
    ListChoice.view_id.label("other"),
    literal("", String).label("address"),
    literal("", String).label("layout"),
    false().label("is_shared"),
).where(ListChoice.user_id == bindparam("user_id"), ListChoice.screen == bindparam("screen"))
_VIEWS = (
    select(
        literal(1, Integer),
        SavedView.columns,
        SavedView.name,
        SavedView.id,
        SavedView.user_id,
        SavedView.address,
        SavedView.layout,
        SavedView.is_shared,
    )
    .where(
        SavedView.screen == bindparam("screen"),
        (SavedView.user_id == bindparam("user_id")) | SavedView.is_shared,
    )
    .limit(MOST_SHOWN)
)
_STATE = union_all(_CHOICE, select(_VIEWS.subquery()))
"""One statement for every list page; made once, because building it costs more than running it."""


def list_state(actor: Actor, *, screen: str) -> ListState:
    """Return the actor's choices for a list and the views that he may open, his own first, in one statement."""
    rows = db.session.execute(_STATE, {"user_id": actor.user_id, "screen": screen}).all()
    views, choice = [], None
    for kind, columns, name, number, other, address, layout, is_shared in rows:
        if kind == 0:
            choice = (tuple(columns or ()), name, number, other)
            continue
        views.append(
            ViewLink(
                number, name, address, tuple(columns or ()), layout, bool(is_shared), other == actor.user_id
            )
        )
    offered = tuple(sorted(views, key=lambda view: (not view.is_own, view.name)))
    if choice is None:
        return ListState(views=offered)
    shown, density, page_size, default_view_id = choice
    return ListState(shown, density, page_size, default_view_id, offered)


def set_choice(
    actor: Actor,
    *,
    screen: str,
    columns: Sequence[str] | None = None,
    density: str | None = None,
    page_size: int | None = None,
) -> None:
    """Remember how the actor wants to see a list; what is not given stays.

    Raises:
        RuleViolation: a density or page size that no list has.
    """
    if density is not None and density not in {member.value for member in Density}:
        raise RuleViolation("bad-density", _l("Rows stand comfortably or compactly."), field="density")
    if page_size is not None and page_size not in PAGE_SIZES:
        sizes = ", ".join(map(str, PAGE_SIZES))
        raise RuleViolation("bad-page-size", _l("A page has %(sizes)s rows.", sizes=sizes), field="page_size")
    choice = _choice(actor, screen)
    if columns is not None:
        choice.columns = list(dict.fromkeys(columns))
    if density is not None:
        choice.density = density
    if page_size is not None:
        choice.page_size = page_size


def set_default(actor: Actor, *, screen: str, view_id: int, is_default: bool = True) -> None:
    """Let a list open with one of its views, or with all rows again if it opened with this one.

    Raises:
        NotFound: the view is not the actor's and not shared.
    """
    view = _visible(actor, screen, view_id)
    choice = _choice(actor, screen)
    if is_default:
        choice.view_id = view.id
    elif choice.view_id == view.id:
        choice.view_id = None


def save_view(
    actor: Actor,
    *,
    screen: str,
    name: str,
    address: str,
    columns: Sequence[str] = (),
    layout: str = ListLayout.TABLE.value,
    is_shared: bool = False,
) -> SavedView:
    """Keep what a list shows under a name.

    Raises:
        RuleViolation: the name is empty, too long or used by another view of the actor's, the address is
            too long, or there are too many views.
    """
    session: Session = db.session()
    own = select(func.count()).where(SavedView.user_id == actor.user_id, SavedView.screen == screen)
    if (session.scalar(own) or 0) >= MOST_VIEWS:
        message = _l("You keep %(count)s views of this list. Delete one first.", count=MOST_VIEWS)
        raise RuleViolation("too-many-views", message, field="name")
    name = _checked_name(actor, screen, name, but=None)
    view = SavedView(user_id=actor.user_id, screen=screen, name=name, is_shared=is_shared)
    _set_content(view, address=address, columns=columns, layout=layout)
    session.add(view)
    session.flush()
    return view


def update_view(
    actor: Actor, *, screen: str, view_id: int, address: str, columns: Sequence[str] = (), layout: str
) -> SavedView:
    """Let one of the actor's views show what the list shows now; raises as `save_view` and `rename_view`."""
    view = _own(actor, screen, view_id)
    _set_content(view, address=address, columns=columns, layout=layout)
    return view


def rename_view(actor: Actor, *, screen: str, view_id: int, name: str) -> SavedView:
    """Give one of the actor's views another name.

    Raises:
        NotFound: the actor may not see it.
        NotAllowed: it is another person's.
        RuleViolation: the name is empty, too long or used already.
    """
    view = _own(actor, screen, view_id)
    view.name = _checked_name(actor, screen, name, but=view.id)
    return view


def share_view(actor: Actor, *, screen: str, view_id: int, is_shared: bool) -> SavedView:
    """Show a view to whoever may open its list, or to its owner alone.

    Raises:
        NotAllowed: it is another person's, and the actor does not administer roles or wants to share it.
    """
    view = _visible(actor, screen, view_id)
    if view.user_id != actor.user_id and (is_shared or not actor.may(*UNSHARE_ANY)):
        raise _not_own()
    view.is_shared = is_shared
    return view


def delete_view(actor: Actor, *, screen: str, view_id: int) -> str:
    """Delete one of the actor's views and return its name; raises as `rename_view`."""
    session: Session = db.session()
    view = _own(actor, screen, view_id)
    session.delete(view)
    session.flush()
    return view.name


def _choice(actor: Actor, screen: str) -> ListChoice:
    session: Session = db.session()
    choice = session.get(ListChoice, (actor.user_id, screen))
    if choice is None:
        choice = ListChoice(user_id=actor.user_id, screen=screen)
        session.add(choice)
    return choice


def _visible(actor: Actor, screen: str, view_id: int) -> SavedView:
    session: Session = db.session()
    mine = (SavedView.user_id == actor.user_id) | SavedView.is_shared
    statement = select(SavedView).where(SavedView.id == view_id, SavedView.screen == screen, mine)
    view: SavedView | None = session.scalar(statement)
    if view is None:
        raise NotFound("no-such-view", _l("This view does not exist, or it is not shared with you."))
    return view


def _own(actor: Actor, screen: str, view_id: int) -> SavedView:
    view = _visible(actor, screen, view_id)
    if view.user_id != actor.user_id:
        raise _not_own()
    return view


def _not_own() -> NotAllowed:
    return NotAllowed("not-own-view", _l("Only its owner changes a view. Save it under a name of your own."))


def _checked_name(actor: Actor, screen: str, name: str, *, but: int | None) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH or "\x00" in name:
        message = _l("A view needs a name of at most %(count)s characters.", count=NAME_LENGTH)
        raise RuleViolation("bad-view-name", message, field="name")
    same = select(SavedView.id).where(
        SavedView.user_id == actor.user_id, SavedView.screen == screen, SavedView.name == name
    )
    if db.session.scalar(same.where(SavedView.id != but) if but else same) is not None:
        message = _l("You have a view with the name “%(name)s” of this list already.", name=name)
        raise RuleViolation("view-name-taken", message, field="name")
    return name


def _set_content(view: SavedView, *, address: str, columns: Sequence[str], layout: str) -> None:
    if len(address) > MAX_ADDRESS or not address.isprintable():
        raise RuleViolation("bad-view-address", _l("These filters are too long to be kept."))
    if layout not in {member.value for member in ListLayout}:
        raise RuleViolation("bad-layout", _l("A list has no such form."))
    view.address = address
    view.columns = list(dict.fromkeys(columns))
    view.layout = layout
