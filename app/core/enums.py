"""An enum whose members carry their lazy label and a colour for the status badge."""

from enum import StrEnum
from typing import Any, Self


class LabelEnum(StrEnum):
    """String enum declared as `NAME = "value", lazy_label[, colour]`; stored by its value.

    Colours are semantic names (`grey`, `blue`, `green`, `orange`, `red`) that a stylesheet maps.
    """

    label: Any
    colour: str

    def __new__(cls, value: str, label: Any = None, colour: str = "grey") -> Self:
        """Make the member from its stored value, label and colour."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.colour = colour
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, Any]]:
        """Return (value, label) pairs in order of declaration, as a select field takes them."""
        return [(str(member.value), member.label) for member in cls]
