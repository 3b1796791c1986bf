"""The edge: everything that speaks with Slack, the command line and the clock."""
