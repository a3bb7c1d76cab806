"""Work after the commit: the outbox and its relay, background jobs, their queue and their consumer."""
