"""Tests of the imports: real files, both databases."""
