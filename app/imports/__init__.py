"""Imports: a file becomes rows, as a whole or not at all, and can be taken back as a batch (R070, R106)."""
