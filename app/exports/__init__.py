"""Exports: streamed, within the actor's scope, safe to open in a spreadsheet."""
