"""The outbox, background jobs, their queue and their consumer, on both databases."""
