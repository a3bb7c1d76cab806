"""Small functions that make rows for tests; each returns the row, added and flushed."""
