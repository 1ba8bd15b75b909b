"""What the workspace holds: people, messages, clock, rate limits, tickets and faults."""
