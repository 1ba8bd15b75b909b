"""Days away, who is on cover today, and days without cover."""
