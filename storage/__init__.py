"""Rows: missions, inbox, outbox and the call journal, on SQLite or PostgreSQL."""
