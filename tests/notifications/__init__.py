"""Notices and the mails made of them."""
