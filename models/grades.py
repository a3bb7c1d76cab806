"""The four grades by which partners and customers are ranked (R103, R107)."""

from app.core.enums import LabelEnum
from app.core.i18n import lazy_gettext as _l


class Grade(LabelEnum):
    """From the most important to the least; no grade means: not yet ranked."""

    A = "A", _l("Grade A"), "green"
    B = "B", _l("Grade B"), "blue"
    C = "C", _l("Grade C"), "orange"
    D = "D", _l("Grade D"), "grey"


GRADE_OR_NONE = "grade IS NULL OR grade IN ('A', 'B', 'C', 'D')"
"""CHECK of an optional column `grade`."""
