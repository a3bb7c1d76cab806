"""How text is made comparable and cut into pieces: alike for what is stored and for what is asked."""

SEPARATOR = "\x1f"
"""Stands between the searched columns; a needle that holds it matches nothing, so no match crosses columns."""

LONGEST_NEEDLE = 1000
"""No searched column holds a longer text; a longer needle matches nothing."""

_DIGITS = 4
"""Hexadecimal digits of one UTF-16 unit."""

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


def words(body: str) -> str:
    """Return the index words of a folded text: at each position the next three characters, in hexadecimal.

    The words hold digits and letters only, so that neither the index's own rules for words nor its
    query language ever meet a character of the text. The words at a column's end are shorter.
    """
    found: list[str] = []
    for column in body.split(SEPARATOR):
        digits = _hexadecimal(column)
        found += [digits[start : start + 3 * _DIGITS] for start in range(0, len(digits), _DIGITS)]
    return " ".join(found)


def phrase(needle: str) -> str:
    """Return the index query for a folded text: a beginning of a word, or words that follow each other."""
    digits = _hexadecimal(needle)
    if len(digits) < 3 * _DIGITS:
        return f'"{digits}"*'
    starts = range(0, len(digits) - 2 * _DIGITS, _DIGITS)
    return '"' + " ".join([digits[start : start + 3 * _DIGITS] for start in starts]) + '"'


def _hexadecimal(text: str) -> str:
    return text.encode("utf-16-be", "surrogatepass").hex()


def escape_like(text: str) -> str:
    """Return the text with LIKE's wildcards escaped by a backslash."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
