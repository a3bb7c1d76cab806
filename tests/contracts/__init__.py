"""Tests that walk the registries: whatever is registered obeys, without naming it."""
