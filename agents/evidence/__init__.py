"""Doubt in code: whether a quote stands in its source and a figure in its quote. Pure functions, no model."""
