"""The thinnest browser that keeps cookies: calls a WSGI application in process, the same for every contestant."""

import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf(?:_token|middlewaretoken)"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """Status, headers and whole body of one answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def form_token(self) -> str:
        """The token that the page's form sends back."""
        found = _TOKEN.search(self.text)
        assert found is not None, f"no form token in an answer {self.status}"
        return found.group(1)


@dataclass
class Browser:
    """Sends requests to one application and keeps its cookies."""

    app: Callable[..., Iterable[bytes]]
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._send("GET", path, b"", "")

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """Send a form."""
        return self._send("POST", path, urlencode(form).encode(), "application/x-www-form-urlencoded")

    def post_json(self, path: str, text: str) -> Answer:
        """Send a JSON body."""
        return self._send("POST", path, text.encode(), "application/json")

    def stream(self, path: str) -> Iterable[bytes]:
        """Ask for a page and give its body piece by piece."""
        return self.app(self._environ("GET", path, b"", ""), lambda *_args: None)

    def _environ(self, method: str, path: str, body: bytes, content_type: str) -> dict[str, Any]:
        path, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
            "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost",
            "REMOTE_ADDR": "127.0.0.1", "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(), "wsgi.multithread": False, "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        if self.cookies:
            environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for name, value in self.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def _send(self, method: str, path: str, body: bytes, content_type: str) -> Answer:
        head: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *_more: Any) -> None:
            head[:] = [int(status.split(maxsplit=1)[0]), headers]

        pieces = self.app(self._environ(method, path, body, content_type), start)
        try:
            content = b"".join(pieces)
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        for name, value in head[1]:
            if name.lower() == "set-cookie":
                self.cookies.update({key: part.value for key, part in SimpleCookie(value).items()})
        return Answer(head[0], dict(head[1]), content)
