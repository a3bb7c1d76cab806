"""Reading a PDF back with poppler, as a person's viewer would."""

import re
import subprocess
import tempfile
from pathlib import Path


def _run(tool: str, content: bytes, *arguments: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.pdf"
        path.write_bytes(content)
        before = [one for one in arguments if one.startswith("-") or one.isdigit()]
        after = [one for one in arguments if one not in before]
        if tool == "pdftotext":
            after.append("-")
        done = subprocess.run([tool, *before, str(path), *after], capture_output=True, check=True, timeout=60)
        assert not done.stderr, done.stderr
        return done.stdout.decode()


def pages_of(content: bytes, order: str = "-layout") -> list[str]:
    """Return the text of each page, runs of spaces made one.

    Args:
        order: `-layout` as it stands on the page, `-raw` as it was written (turned text stays whole).
    """
    text = _run("pdftotext", content, order)
    pages = text.split("\f")
    assert pages.pop() == ""
    return [re.sub(r"[ \t]+", " ", page) for page in pages]


def squeezed(text: str) -> str:
    """Return text without white space, so that a line break inside a sentence does not matter."""
    return re.sub(r"\s+", "", text)


def fonts_of(content: bytes) -> list[dict[str, str]]:
    """Return name, emb and sub of each font."""
    lines = _run("pdffonts", content).splitlines()[2:]
    found = []
    for line in lines:
        # name, type (may hold spaces), encoding, emb, sub, uni, object, generation
        match = re.match(r"(\S+)\s+.*\s(yes|no)\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+$", line)
        assert match is not None, line
        found.append({"name": match[1], "emb": match[2], "sub": match[3], "uni": match[4]})
    return found


def facts_of(content: bytes) -> dict[str, str]:
    """Return what pdfinfo says: Title, Author, Pages, Page size and so on."""
    return dict(re.findall(r"^([^:\n]+):\s+(.*)$", _run("pdfinfo", content), flags=re.MULTILINE))


def page_sizes(content: bytes) -> list[tuple[float, float]]:
    """Return width and height of each page in points."""
    count = facts_of(content)["Pages"]
    text = _run("pdfinfo", content, "-f", "1", "-l", count)
    return [(float(w), float(h)) for w, h in re.findall(r"Page\s+\d+ size:\s+([\d.]+) x ([\d.]+)", text)]
