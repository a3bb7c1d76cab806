"""Steps of the schema, and what the schema needs beyond tables: triggers."""
