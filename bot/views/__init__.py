"""Pure builders of what people see in Slack: data in, Block Kit out, no client and no clock."""
