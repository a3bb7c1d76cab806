"""What the installers print when they fail, turned into one reason with its cure."""

_FAILURES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("No space left on device", "os error 28"),
        "the disk is full: free some space (about 500 MB) and run the command again",
    ),
    (("Disk quota exceeded",), "your disk quota is used up: free some space and run the command again"),
    (
        ("DO NOT MATCH THE HASHES", "Hash mismatch"),
        ("a downloaded package is not the one that was locked; nothing of it was installed: "
        "run the command again, and if it stays so, ask who runs your package mirror"),
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "invalid peer certificate"),
        "the package server's certificate is not trusted here: set PIP_CERT (or SSL_CERT_FILE) to your company's",
    ),
    (
        (
            "NewConnectionError", "ConnectTimeoutError", "name resolution", "Name or service not known", "dns error",
            "Connection refused", "error sending request", "ReadTimeoutError",
            "Network is unreachable", "ProxyError", "Max retries exceeded", "no index was provided",
        ),
        ("no package server can be reached: connect this machine to the internet, or set HTTPS_PROXY "
        "or PIP_INDEX_URL (for uv UV_DEFAULT_INDEX), and run the command again"),
    ),
    (
        ("Could not find a version", "No matching distribution", "no version of", "not found in the package registry"),
        "the package server that was asked lacks a locked package: check PIP_INDEX_URL (for uv UV_DEFAULT_INDEX)",
    ),
    (
        ("externally-managed-environment",),
        "pip refuses to touch the system's Python: install python3-venv (apt-get install python3-venv) and try again",
    ),
    (("Permission denied", "Read-only file system"), "the project folder cannot be written: copy it to one of your own"),
)  # fmt: skip


def explain(output: str) -> str:
    """The reason, with its cure, for what an installer printed; its own last line when it is unknown."""
    for marks, reason in _FAILURES:
        if any(mark in output for mark in marks):
            return reason
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "the installer said nothing"


def is_worth_pip(output: str) -> bool:
    """Whether pip could succeed where uv failed: not with a full disk or a wrong package."""
    return not any(mark in output for marks, _ in _FAILURES[:3] for mark in marks)
