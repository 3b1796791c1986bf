"""Stand-ins that speak the real protocols: a local Slack and a rehearsal model, on loopback only."""
