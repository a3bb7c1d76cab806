"""How often one address may try to log in, over each of the two doors.

The limit per account stands in `app.security.manager`, over all doors together; this one is wide,
because a whole office may stand behind one address.
"""

from flask import current_app, request
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address


def _rate() -> str:
    return str(current_app.config["AUTH_RATE_LIMIT"])


def log_in_limit(endpoint: str) -> Limit:
    """Return the limit on POSTs to one endpoint; the view's other routes stay free."""
    return Limit(
        limit_value=_rate,
        key_func=get_remote_address,
        methods=("POST",),
        exempt_when=lambda: request.endpoint != endpoint,
    )
