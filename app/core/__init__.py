"""Bottom layer: what every other package may use, and what itself knows no model, view or service."""
