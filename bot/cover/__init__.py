"""Days away, who is on cover today, and gaps."""
