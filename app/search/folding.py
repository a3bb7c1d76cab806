"""How text is made comparable: character by character to lower case, alike in Python and in PostgreSQL."""

SEPARATOR = "\x1f"
"""Stands between the searched columns; a needle that holds it matches nothing, so no match crosses columns."""

LONGEST_NEEDLE = 1000
"""No searched column holds a longer text; a longer needle matches nothing."""

_SPECIAL = str.maketrans({"İ": "i", "Σ": "σ"})  # the two letters whose lower case is not one letter in itself


def fold(text: str) -> str:
    """Return the text in lower case, each character by itself, so that its length and its parts are kept.

    `str.lower` alone would lengthen “İ” and choose between two sigmas by what stands around them; a
    part of a text would then no longer be a part of the text in lower case.
    """
    return text.translate(_SPECIAL).lower()


def is_searchable(needle: str) -> bool:
    """Whether a stored text can contain the needle at all."""
    if len(needle) > LONGEST_NEEDLE or SEPARATOR in needle or "\x00" in needle:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in needle)


def tokens(text: str) -> str:
    """Return the folded text as one word per character: the code point in hexadecimal digits.

    The words hold digits and letters only, so that neither the index's own rules for words nor its
    query language ever meet a character of the text.
    """
    return " ".join([f"{ord(character):x}" for character in fold(text)])


def escape_like(text: str) -> str:
    """Return the text with LIKE's wildcards escaped by a backslash."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
