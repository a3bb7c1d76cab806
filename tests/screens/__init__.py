"""Tests of the pages through the whole portal, on both databases."""
