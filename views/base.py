"""`Screen`: the framework's ModelView with its traps closed (docs/adr/0004) and every step replaceable.

A screen declares its model and its columns. Per request it keeps nothing on the view object; filters
come typed from the address; changes go through the service and one commit; a refusal shows its
sentence beside what the person typed; a bug is a logged 500.
"""

from views.bulk import BulkPages
from views.form_pages import FormPages
from views.layouts import LayoutPages
from views.record_pages import RecordPages
from views.screen_base import HIDDEN, NOT_TYPED, screens_by_model

__all__ = ["HIDDEN", "NOT_TYPED", "Screen", "screens_by_model"]


class Screen(BulkPages, LayoutPages, RecordPages, FormPages):
    """List, add, edit, show, bin and restore of one model, in bulk and in several forms."""
