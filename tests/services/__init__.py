"""Services on both databases."""
