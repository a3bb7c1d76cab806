"""The application package; deliberately empty so that importing `app.core` pulls in no web framework."""
