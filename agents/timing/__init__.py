"""Cron expressions: checked, and unrolled into wall times."""
