"""What a posted verb of an approval carries besides its record."""

from secrets import token_hex

from flask import request


def request_key() -> str:
    """Return the one-time key of the posted form; a form without one gets a fresh key."""
    given = request.form.get("request_key", "")
    return given if given.isalnum() and len(given) <= 64 else token_hex(16)
