"""Quick search: substrings from one character on, Chinese included, on millions of rows (performance.md)."""
