"""Approval: who must agree to a record, in which order, on what content, and the proof that they did.

The algorithm stands in docs/algorithms/approval-routing.md. `types`, `conditions`, `spec`, `routing`,
`checks` and `replay` are pure; the other modules work on rows. Callers use `app.services.approvals`.
"""
