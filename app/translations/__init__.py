"""The languages of the screens: catalogues and the command that keeps them complete."""
