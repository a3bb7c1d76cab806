"""How the command line speaks: one plain line for each step and each failure."""

import errno

_REASONS = {
    errno.ENOSPC: "the disk is full: free some space and run the command again",
    errno.EDQUOT: "your disk quota is used up: free some space and run the command again",
    errno.EROFS: "it lies on a read-only disk: copy the project to a folder you may write",
    errno.EACCES: "you may not write there: copy the project to a folder of your own, or run as its owner",
    errno.EPERM: "you may not write there: copy the project to a folder of your own, or run as its owner",
}


class BootstrapError(Exception):
    """A step cannot be done; the text is one plain line that says what to do."""


def say(line: str) -> None:
    """Print one line at once, also into a pipe."""
    print(line, flush=True)


def from_os_error(error: OSError, what: str) -> BootstrapError:
    """The plain line for an operating system error; ``what`` could not be done, for example "Writing .venv"."""
    reason = _REASONS.get(error.errno or 0, f"{error.strerror or error}: mend that and run the command again")
    where = f" ({error.filename})" if error.filename else ""
    return BootstrapError(f"{what} failed{where}: {reason}.")
