"""Missions that come back: their creation, their clock, their runs, and what people do with them."""
