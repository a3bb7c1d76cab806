"""Telling people: notices inside the portal, and the same by e-mail."""

from app.notifications.handlers import register_handlers

__all__ = ["register_handlers"]
