"""The audit trail (R015): canonical form, the chain that is written with each transaction, and its proof."""
