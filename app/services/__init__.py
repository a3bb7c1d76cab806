"""Business rules, one module per noun that has any: keyword-only verbs that take the actor first and never commit."""
