"""Real PDFs, read back with poppler and pikepdf."""
