"""Screens and pages: they declare, parse and render; rules live in services, rows in models."""
