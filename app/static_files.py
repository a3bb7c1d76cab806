"""Static files as they go over the wire: compressed once, and kept by the browser for as long as they are the same.

The portal is served without a proxy in front, so it compresses by itself. `asset()` in the templates writes
`?v=<fingerprint>`; such an address never changes its content and is asked for once.
"""

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.security import safe_join

ENDPOINT = "static"
_SHRINKING = frozenset({".css", ".js", ".svg", ".txt"})
_YEAR_SECONDS = 31_536_000


class PortalSessions(SecureCookieSessionInterface):
    """Cookies for pages only: a static file depends on nobody, or no cache could keep it past the next cookie."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, unless the answer is a static file."""
        if request.endpoint != ENDPOINT:
            super().save_session(app, session, response)


def install(app: Flask) -> None:
    """Answer for the static files of the portal instead of Flask."""
    app.session_interface = PortalSessions()
    app.view_functions[ENDPOINT] = serve


def serve(filename: str) -> Response:
    """Return a static file: compressed for whoever can unpack it, for ever where its address has a fingerprint."""
    path = safe_join(current_app.static_folder or "", filename)
    if path is None or Path(path).suffix not in _SHRINKING or not Path(path).is_file():
        response = current_app.send_static_file(filename)
    elif request.accept_encodings["gzip"] > 0:
        response = Response(
            _packed(path, Path(path).stat().st_mtime_ns), mimetype=mimetypes.guess_type(path)[0]
        )
        response.content_encoding = "gzip"
        response.vary.add("Accept-Encoding")
        response.add_etag()
        response.make_conditional(request)
    else:
        response = current_app.send_static_file(filename)
        response.vary.add("Accept-Encoding")
    if "v" in request.args:
        response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    return response


@lru_cache(maxsize=64)
def _packed(path: str, _changed_ns: int) -> bytes:
    """Return the compressed content; a changed file is another key."""
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)
