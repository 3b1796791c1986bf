"""The roles, each a pure function of what it is asked."""
