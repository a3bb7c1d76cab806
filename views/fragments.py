"""Parts of a page that are drawn once: `{% call kept("name", …) %}` in a template.

What stands inside such a block may depend on nothing but its key, the language, the actor's rights and the
root of the addresses; rights that change are another key, so nobody keeps a button that was taken away.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import g, request
from flask_babel import get_locale
from markupsafe import Markup, escape

from app.core.actor import current_actor
from app.core.i18n import gettext as _
from views.fields import Field

MOST_KEPT = 2_000
"""Parts kept per process, each of a few KB; a search text in an address makes a part of its own."""

_BOX = (
    Markup(
        '<td class="tick"><input type="checkbox" class="form-check-input" form="bulk" name="row" value="{0}" aria-label="'
    ),
    Markup('"></td>'),
)

_parts: dict[tuple[Any, ...], Markup] = {}


def kept(*key: Any, caller: Callable[[], Markup]) -> Markup:
    """Return the block's content, drawn at its first use under this key."""
    around = g.get("kept_under")
    if around is None:
        around = g.kept_under = (str(get_locale()), request.script_root, current_actor().permissions)
    whole = (*key, *around)
    part = _parts.get(whole)
    if part is None:
        part = caller()
        if len(_parts) >= MOST_KEPT:
            _parts.clear()
        _parts[whole] = part
    return part


def list_arguments() -> tuple[tuple[str, str], ...]:
    """Return what of the address a list's head depends on: all but the page."""
    return tuple(
        (name, value) for name, value in request.args.items(multi=True) if name not in {"page", "after"}
    )


def draw_rows(
    columns: Iterable[Field],
    rows: Iterable[tuple[int, Sequence[Any]]],
    address: str,
    *,
    has_ticks: object = False,
) -> Markup:
    """Return the table rows of a list; the first cell leads to the record.

    One join instead of a template loop: a page has hundreds of cells.

    Args:
        address: of a record's page, without its key.
        has_ticks: whether a box before each row marks it for the form `bulk`.
    """
    first, *others = [
        f'<td class="k-{column.kind.value}" data-label="{escape(column.label)}">' for column in columns
    ]
    address = escape(address)
    box = _tick_box() if has_ticks else None
    drawn = []
    for key, (head, *cells) in rows:
        rest = "".join([f"{td}{escape(cell)}</td>" for td, cell in zip(others, cells, strict=True)])
        title = escape(head or "–")
        tick = "" if box is None else box.format(key, title.striptags())
        drawn.append(f'<tr>{tick}{first}<a href="{address}{key}">{title}</a></td>{rest}</tr>\n')
    return Markup("".join(drawn))  # noqa: S704  every value above is escaped


def _tick_box() -> Markup:
    """Return the cell with a row's box, to be filled with its key and its title."""
    label = escape(_("Tick %(title)s", title="{1}"))
    return _BOX[0] + label + _BOX[1]
