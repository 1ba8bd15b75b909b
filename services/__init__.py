"""What the product does, one transaction a use case; no Slack."""
