"""Telling people: notices inside the portal, and the same by e-mail."""
